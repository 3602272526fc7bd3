package dev.ckpt.convert.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import dev.ckpt.convert.ChannelStream;
import dev.ckpt.convert.RecordTypes;
import dev.ckpt.convert.Target;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.record.PageArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;

/** Writes an image as JSON. */
final class JsonImageWriter {
  private static final BytesShape BYTES = new BytesShape();

  private final Target target;
  private final Set<ObjectType> converted = RecordTypes.converted();

  /** Where the next pages will stand in the file beside it. */
  private long pagesOffset;

  JsonImageWriter(Target target) {
    this.target = target;
  }

  /** Writes all of it; the target stays open. */
  void write(ImageReader image) throws IOException {
    JsonFactory factory =
        JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();
    try (ChannelStream stream = new ChannelStream(target.channel());
        JsonGenerator out = factory.createGenerator(stream)) {
      out.setPrettyPrinter(new LinePerObject());
      out.writeStartObject();
      out.writeStringField("format", JsonFormat.FORMAT);
      out.writeNumberField("version", JsonFormat.VERSION);
      if (target.side().isPresent()) {
        out.writeStringField("pages", target.side().get().name());
      }
      out.writeArrayFieldStart("objects");
      image.onUnknown((type, objref, payload) -> writeUnknown(type, objref, payload, out));
      for (Optional<ImageObject> next = image.next(); next.isPresent(); next = image.next()) {
        if (converted.contains(next.get().record().type())) {
          write(next.get(), image, out);
        }
      }
      out.writeEndArray();
      out.writeEndObject();
      out.writeRaw('\n');
    }
  }

  private void write(ImageObject object, ImageReader image, JsonGenerator out) throws IOException {
    ObjectType type = object.record().type();
    out.writeStartObject();
    out.writeStringField(ObjectShapes.TYPE, type.name());
    writeObjref(object.objref(), out);
    ObjectShapes.of(type).writeFields(object.record(), out);
    if (object.record() instanceof PageArray array) {
      if (image.codec().isPresent()) {
        out.writeStringField(ObjectShapes.CODEC, image.codec().get().name());
      }
      if (array.nrDataPages() > 0) {
        out.writeFieldName(ObjectShapes.PAGES);
        writePages(image.pages(), out);
      }
    }
    out.writeEndObject();
  }

  private void writePages(ByteBuffer pages, JsonGenerator out) throws IOException {
    if (target.side().isEmpty()) {
      PagePieces.write(pages, out);
      return;
    }
    out.writeStartObject();
    out.writeNumberField(ObjectShapes.OFFSET, pagesOffset);
    out.writeEndObject();
    pagesOffset += pages.remaining();
    while (pages.hasRemaining()) {
      target.side().get().channel().write(pages);
    }
  }

  private static void writeUnknown(int type, int objref, ByteBuffer payload, JsonGenerator out)
      throws IOException {
    byte[] bytes = new byte[payload.remaining()];
    payload.get(bytes);
    out.writeStartObject();
    out.writeNumberField(ObjectShapes.TYPE, type);
    writeObjref(objref, out);
    out.writeFieldName(ObjectShapes.PAYLOAD);
    BYTES.write(ByteString.of(bytes), out);
    out.writeEndObject();
  }

  private static void writeObjref(int objref, JsonGenerator out) throws IOException {
    if (objref != 0) {
      out.writeNumberField(ObjectShapes.OBJREF, objref);
    }
  }
}
