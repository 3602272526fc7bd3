package dev.ckpt.convert.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonToken;
import dev.ckpt.format.ByteString;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Bytes. They are text if they are the UTF-8 of printable text, else hexadecimal digits if they are
 * few, and base64 if they are many. Any of these is read.
 */
final class BytesShape implements Shape {
  private static final String HEX = "hex";
  private static final String BASE64 = "base64";
  private static final int MAX_TEXT_BYTES = 64 << 10;
  private static final int MAX_HEX_BYTES = 128;
  private static final int COUNT_BYTES = 4;

  @Override
  public void write(Object value, JsonGenerator out) throws IOException {
    byte[] bytes = ((ByteString) value).toByteArray();
    Optional<String> text =
        bytes.length <= MAX_TEXT_BYTES ? Utf8.printable(bytes) : Optional.empty();
    if (text.isPresent()) {
      out.writeString(text.get());
      return;
    }
    out.writeStartObject();
    if (bytes.length <= MAX_HEX_BYTES) {
      out.writeStringField(HEX, HexFormat.of().formatHex(bytes));
    } else {
      out.writeBinaryField(BASE64, bytes);
    }
    out.writeEndObject();
  }

  @Override
  public Object read(JsonInput in) throws IOException {
    in.spend(COUNT_BYTES);
    return ByteString.of(bytes(in));
  }

  /** The bytes of the value whose first token is the current one. */
  static byte[] bytes(JsonInput in) throws IOException {
    if (in.token() == JsonToken.VALUE_STRING) {
      byte[] text = Utf8.bytes(in.text()).orElseThrow(() -> in.bad("text"));
      in.spend(text.length);
      return text;
    }
    in.require(JsonToken.START_OBJECT, "text, or an object with hex or base64");
    in.require(in.next(), JsonToken.FIELD_NAME, "hex or base64");
    byte[] bytes = encoded(in.text(), in);
    in.require(in.next(), JsonToken.END_OBJECT, "no other field");
    return bytes;
  }

  /** The bytes that the next token says. */
  static byte[] encoded(String name, JsonInput in) throws IOException {
    if (name.equals(BASE64)) {
      in.require(in.next(), JsonToken.VALUE_STRING, "base64 digits");
      return in.base64();
    } else if (name.equals(HEX)) {
      in.require(in.next(), JsonToken.VALUE_STRING, "hexadecimal digits");
      return hex(in);
    }
    throw in.bad("hex or base64");
  }

  private static byte[] hex(JsonInput in) throws IOException {
    try {
      byte[] bytes = HexFormat.of().parseHex(in.text());
      in.spend(bytes.length);
      return bytes;
    } catch (IllegalArgumentException e) {
      throw in.bad("an even number of hexadecimal digits", e);
    }
  }

  /** Writes some bytes as an object. */
  static void writeEncoded(byte[] bytes, int from, int to, JsonGenerator out) throws IOException {
    out.writeStartObject();
    if (to - from <= MAX_HEX_BYTES) {
      out.writeStringField(HEX, HexFormat.of().formatHex(bytes, from, to));
    } else {
      out.writeBinaryField(BASE64, Arrays.copyOfRange(bytes, from, to));
    }
    out.writeEndObject();
  }

  @Override
  public void schema(JsonGenerator out) throws IOException {
    Schemas.reference(Schemas.BYTES, out);
  }

  /** Writes the schema of all bytes. */
  static void define(JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeArrayFieldStart("anyOf");
    alternatives(out);
    out.writeEndArray();
    out.writeEndObject();
  }

  /** Writes the schemas of the forms that there are. */
  static void alternatives(JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("type", "string");
    out.writeEndObject();
    encodedAs(HEX, "^([0-9a-fA-F]{2})*$", out);
    encodedAs(BASE64, "^[A-Za-z0-9+/]*={0,2}$", out);
  }

  private static void encodedAs(String name, String digits, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("type", "object");
    out.writeObjectFieldStart("properties");
    Schemas.text(name, digits, out);
    out.writeEndObject();
    Schemas.only(out, name);
    out.writeEndObject();
  }
}
