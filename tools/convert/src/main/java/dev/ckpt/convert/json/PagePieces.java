package dev.ckpt.convert.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Pages that stand in the JSON: a list of pieces, one behind the other. What looks like text is
 * text, with the NUL behind each string, so that it is found and can be changed; many zeros are
 * {@code {"zeros": N}}, and everything else is bytes.
 */
final class PagePieces {
  private static final String ZEROS = "zeros";
  private static final int MIN_TEXT = 8;
  private static final int MAX_TEXT = 4096;
  private static final int MIN_ZEROS = 32;

  private PagePieces() {}

  /** Writes them. */
  static void write(ByteBuffer pages, JsonGenerator out) throws IOException {
    byte[] bytes = new byte[pages.remaining()];
    pages.duplicate().get(bytes);
    out.writeStartArray();
    int plain = 0;
    for (int at = 0; at < bytes.length; ) {
      int zeros = zeros(bytes, at);
      int text = zeros >= MIN_ZEROS ? 0 : text(bytes, at);
      if (zeros < MIN_ZEROS && text < MIN_TEXT) {
        at += Math.max(1, Math.max(zeros, text));
        continue;
      }
      writeBytes(bytes, plain, at, out);
      if (zeros >= MIN_ZEROS) {
        out.writeStartObject();
        out.writeNumberField(ZEROS, zeros);
        out.writeEndObject();
      } else {
        out.writeString(new String(bytes, at, text, StandardCharsets.US_ASCII));
      }
      at += Math.max(zeros, text);
      plain = at;
    }
    writeBytes(bytes, plain, bytes.length, out);
    out.writeEndArray();
  }

  private static void writeBytes(byte[] bytes, int from, int to, JsonGenerator out)
      throws IOException {
    if (to > from) {
      BytesShape.writeEncoded(bytes, from, to, out);
    }
  }

  private static int zeros(byte[] bytes, int from) {
    int at = from;
    while (at < bytes.length && bytes[at] == 0) {
      at++;
    }
    return at - from;
  }

  /** How many bytes from here on are printable ASCII, or a NUL behind such. */
  private static int text(byte[] bytes, int from) {
    int at = from;
    int end = Math.min(bytes.length, from + MAX_TEXT);
    while (at < end && (isText(bytes[at]) || bytes[at] == 0 && at > from && bytes[at - 1] != 0)) {
      at++;
    }
    return at - from;
  }

  private static boolean isText(byte b) {
    return b >= ' ' && b <= '~' || b == '\n' || b == '\t';
  }

  /**
   * Reads them into a buffer.
   *
   * @throws dev.ckpt.convert.BadInputException if it has no room for them
   */
  static void read(JsonInput in, ByteBuffer pages) throws IOException {
    in.require(JsonToken.START_ARRAY, "a list of pieces");
    while (in.next() != JsonToken.END_ARRAY) {
      if (in.token() == JsonToken.START_OBJECT) {
        in.require(in.next(), JsonToken.FIELD_NAME, "zeros, hex or base64");
        String name = in.text();
        put(
            name.equals(ZEROS) ? new byte[zeros(in, pages)] : BytesShape.encoded(name, in),
            in,
            pages);
        in.require(in.next(), JsonToken.END_OBJECT, "no other field");
      } else {
        put(BytesShape.bytes(in), in, pages);
      }
    }
  }

  private static int zeros(JsonInput in, ByteBuffer pages) throws IOException {
    in.next();
    int nr = (Integer) NumberShape.ofInt(ZEROS).read(in);
    if (nr < 0 || nr > pages.remaining()) {
      throw in.bad("no more than the pages that an array may have");
    }
    return nr;
  }

  private static void put(byte[] piece, JsonInput in, ByteBuffer pages) throws IOException {
    if (piece.length > pages.remaining()) {
      throw in.bad("no more than the pages that an array may have");
    }
    pages.put(piece);
  }

  /** Writes the schema of such a list. */
  static void define(JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("type", "array");
    out.writeObjectFieldStart("items");
    out.writeArrayFieldStart("anyOf");
    BytesShape.alternatives(out);
    out.writeStartObject();
    out.writeStringField("type", "object");
    out.writeObjectFieldStart("properties");
    out.writeFieldName(ZEROS);
    Schemas.reference(Schemas.NUMBER_32, out);
    out.writeEndObject();
    Schemas.only(out, ZEROS);
    out.writeEndObject();
    out.writeEndArray();
    out.writeEndObject();
    out.writeEndObject();
  }
}
