package dev.ckpt.convert.json;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.ckpt.convert.Source;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.Limits;
import java.io.CharConversionException;
import java.io.IOException;
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

  private final Source source;
  private final ImageWriter image;

  JsonImageReader(Source source, ImageWriter image) {
    this.source = source;
    this.image = image;
  }

  /** Reads all of it, and finishes the image. */
  void read() throws IOException {
    try (JsonParser parser = FACTORY.createParser(Channels.newInputStream(source.channel()))) {
      JsonInput in = new JsonInput(parser, source.name());
      try {
        document(in);
      } catch (JacksonException e) {
        throw in.noJson(e);
      } catch (CharConversionException e) {
        throw in.bad("UTF-8", e);
      }
    }
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
