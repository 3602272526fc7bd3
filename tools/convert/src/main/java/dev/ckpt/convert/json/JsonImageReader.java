package dev.ckpt.convert.json;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.ckpt.convert.BadInputException;
import dev.ckpt.convert.Source;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.Limits;
import java.io.IOException;
import java.io.PushbackInputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.util.Optional;

/**
 * Makes an image of JSON that anybody may have written: every length is bounded before anything is
 * allocated for it, and each object is written before the next one is read.
 */
final class JsonImageReader {
  private static final StreamReadConstraints CONSTRAINTS =
      StreamReadConstraints.builder()
          .maxNestingDepth(16)
          .maxNameLength(64)
          .maxNumberLength(32)
          .maxStringLength(128 << 10)
          .build();

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(CONSTRAINTS)
          .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  /** An object, white space, or the mark that some editors put in front of UTF-8. */
  private static final String FIRST_BYTES = "{ \t\r\n\u00ef";

  private final Source source;
  private final ImageWriter image;

  JsonImageReader(Source source, ImageWriter image) {
    this.source = source;
    this.image = image;
  }

  /** Reads all of it, and finishes the image. */
  void read() throws IOException {
    PushbackInputStream stream =
        new PushbackInputStream(Channels.newInputStream(source.channel()), 2);
    checkBeginning(stream);
    try (JsonParser parser = FACTORY.createParser(stream)) {
      JsonInput in = new JsonInput(parser, source.name());
      try {
        document(in);
      } catch (JacksonException e) {
        throw in.noJson(e);
      }
    }
  }

  /**
   * Refuses what is no text in UTF-8. NB: the parser would look for other encodings, and does not
   * say of all that it finds none.
   */
  private void checkBeginning(PushbackInputStream stream) throws IOException {
    byte[] head = stream.readNBytes(2);
    boolean text = head.length == 2 && FIRST_BYTES.indexOf(head[0] & 0xff) >= 0 && head[1] != 0;
    if (!text) {
      BadInputException.Place place =
          new BadInputException.Place(source.name(), 0, "line 1, column 1", "document");
      throw BadInputException.of(place, "an object of JSON in UTF-8", "something else");
    }
    stream.unread(head);
  }

  private void document(JsonInput in) throws IOException {
    in.begin("document", Limits.MAX_PATH_BYTES);
    in.require(in.next(), JsonToken.START_OBJECT, "an object");
    field("format", in);
    if (!in.string(JsonFormat.FORMAT).equals(JsonFormat.FORMAT)) {
      throw in.bad(JsonFormat.FORMAT);
    }
    field("version", in);
    checkVersion((Long) NumberShape.ofLong("version").read(in), in);
    in.require(in.next(), JsonToken.FIELD_NAME, "pages or objects");
    if (in.text().equals("pages")) {
      in.next();
      String name = in.string("the name of a file");
      in.require(in.next(), JsonToken.FIELD_NAME, "objects");
      try (SeekableByteChannel pages = source.open(name)) {
        objects(in, Optional.of(pages));
      }
    } else {
      objects(in, Optional.empty());
    }
    in.begin("document", 0);
    in.require(in.next(), JsonToken.END_OBJECT, "the end of the document");
    in.require(in.next(), null, "the end of the file");
    finish(in);
  }

  private static void field(String name, JsonInput in) throws IOException {
    in.require(in.next(), JsonToken.FIELD_NAME, name);
    if (!in.text().equals(name)) {
      throw in.bad(name);
    }
    in.next();
  }

  private static void checkVersion(long version, JsonInput in) throws IOException {
    if (version > JsonFormat.VERSION) {
      throw in.newer(version, JsonFormat.VERSION);
    } else if (version < 1) {
      throw in.bad("a version from 1 on");
    }
  }

  private void objects(JsonInput in, Optional<SeekableByteChannel> pages) throws IOException {
    if (!in.text().equals("objects")) {
      throw in.bad("objects");
    }
    in.require(in.next(), JsonToken.START_ARRAY, "a list");
    JsonObjectReader reader = new JsonObjectReader(in, pages, image);
    while (in.next() != JsonToken.END_ARRAY) {
      reader.read();
    }
  }

  private void finish(JsonInput in) throws IOException {
    try {
      image.finish();
    } catch (IllegalStateException e) {
      throw in.invalid(e);
    }
  }
}
