package dev.ckpt.convert.json;

import com.fasterxml.jackson.core.JsonToken;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Reads one object of the list after the other, and writes each to the image. */
final class JsonObjectReader {
  private static final int MAX_PAGES_BYTES = Limits.MAX_ARRAY_DATA_PAGES * Limits.PAGE_SIZE;

  /** What is read of an object before its type is known. */
  private static final int MAX_NAME_BYTES = 64;

  private static final NumberShape OBJREF = NumberShape.ofInt(ObjectShapes.OBJREF);
  private static final NumberShape TYPE = NumberShape.ofInt(ObjectShapes.TYPE);
  private static final NumberShape OFFSET = NumberShape.ofLong(ObjectShapes.OFFSET);
  private static final EnumShape CODEC = new EnumShape(PageCodec.class);
  private static final BytesShape BYTES = new BytesShape();

  private final JsonInput in;
  private final Optional<SeekableByteChannel> pagesFile;
  private final ImageWriter image;
  private final ByteBuffer pages = ByteBuffer.allocateDirect(MAX_PAGES_BYTES);

  // Of the object that is being read, beside its record.
  private final Set<String> seen = new HashSet<>();
  private int objref;
  private Optional<PageCodec> codec = Optional.empty();
  private OptionalLong offset = OptionalLong.empty();

  /**
   * Makes a reader.
   *
   * @param pagesFile the file beside the JSON, if it names one; belongs to the caller
   */
  JsonObjectReader(JsonInput in, Optional<SeekableByteChannel> pagesFile, ImageWriter image) {
    this.in = in;
    this.pagesFile = pagesFile;
    this.image = image;
  }

  /** Reads the object whose first token is the current one. */
  void read() throws IOException {
    in.begin("object", MAX_NAME_BYTES);
    in.require(JsonToken.START_OBJECT, "an object");
    in.require(in.next(), JsonToken.FIELD_NAME, ObjectShapes.TYPE);
    if (!in.text().equals(ObjectShapes.TYPE)) {
      throw in.bad(ObjectShapes.TYPE);
    }
    seen.clear();
    objref = 0;
    codec = Optional.empty();
    offset = OptionalLong.empty();
    pages.clear();
    if (in.next() == JsonToken.VALUE_NUMBER_INT) {
      readUnknown();
    } else {
      String name = in.string("the name of a type");
      readKnown(ObjectShapes.type(name).orElseThrow(() -> in.bad("the name of a type")));
    }
  }

  private void readUnknown() throws IOException {
    int type = (Integer) TYPE.read(in);
    in.begin("object type " + type, Limits.MAX_UNKNOWN_PAYLOAD_BYTES);
    Optional<ByteString> payload = Optional.empty();
    while (in.next() == JsonToken.FIELD_NAME) {
      if (in.text().equals(ObjectShapes.PAYLOAD) && payload.isEmpty()) {
        in.next();
        payload = Optional.of((ByteString) BYTES.read(in));
      } else if (!isObjref()) {
        throw in.bad("objref and payload");
      }
    }
    ByteString bytes = payload.orElseThrow(() -> in.bad("a field payload"));
    write(() -> image.writeUnknown(type, objref, bytes.asByteBuffer()));
  }

  private void readKnown(ObjectType type) throws IOException {
    // A number may be wider as a component than it is in the image.
    in.begin(type.name(), 2L * type.maxPayloadBytes());
    boolean hasPages = type == ObjectType.PAGE_ARRAY;
    RecordShape.Values values = ObjectShapes.of(type).values();
    while (in.next() == JsonToken.FIELD_NAME) {
      if (!isObjref() && !(hasPages && isOfPages())) {
        values.read(in.text(), in);
      }
    }
    ImageRecord record = (ImageRecord) values.make(in);
    if (record instanceof PageArray array) {
      findPages(array);
      image.compressBy(codec);
      write(() -> image.writePages(array, pages.flip()));
    } else {
      write(() -> image.write(objref, record));
    }
  }

  private boolean isObjref() throws IOException {
    if (!in.text().equals(ObjectShapes.OBJREF)) {
      return false;
    }
    nextOnce();
    objref = (Integer) OBJREF.read(in);
    return true;
  }

  /** Goes on to the value of a field, which the object has once. */
  private void nextOnce() throws IOException {
    if (!seen.add(in.text())) {
      throw in.bad("no field twice");
    }
    in.next();
  }

  /** Reads what only a page array has, if the field is such. */
  private boolean isOfPages() throws IOException {
    if (in.text().equals(ObjectShapes.CODEC)) {
      nextOnce();
      codec = Optional.of((PageCodec) CODEC.read(in));
      return true;
    } else if (!in.text().equals(ObjectShapes.PAGES)) {
      return false;
    }
    nextOnce();
    if (in.token() != JsonToken.START_OBJECT) {
      PagePieces.read(in, pages);
      return true;
    }
    if (pagesFile.isEmpty()) {
      throw in.bad("a list of pieces, for the document names no file of pages");
    }
    in.require(in.next(), JsonToken.FIELD_NAME, ObjectShapes.OFFSET);
    if (!in.text().equals(ObjectShapes.OFFSET)) {
      throw in.bad(ObjectShapes.OFFSET);
    }
    in.next();
    offset = OptionalLong.of((Long) OFFSET.read(in));
    in.require(in.next(), JsonToken.END_OBJECT, "no other field");
    return true;
  }

  private void findPages(PageArray array) throws IOException {
    if (offset.isPresent() && array.nrDataPages() > 0) {
      readPages(offset.getAsLong(), array.dataBytes());
    }
    if (pages.position() != array.dataBytes()) {
      throw in.bad(
          array.dataBytes() + " bytes of pages, as the DATA runs say, and not " + pages.position());
    }
  }

  private void readPages(long from, int lenBytes) throws IOException {
    SeekableByteChannel file = pagesFile.orElseThrow();
    if (from < 0 || from > file.size() - lenBytes) {
      throw in.bad(
          lenBytes + " bytes of pages from offset " + from + " on in a file of " + file.size());
    }
    file.position(from);
    pages.clear().limit(lenBytes);
    while (pages.hasRemaining()) {
      if (file.read(pages) < 0) {
        throw in.bad(pages.remaining() + " bytes more of pages in a file that became shorter");
      }
    }
  }

  /** Writes an object to an image. */
  private interface Write {
    void run() throws IOException;
  }

  private void write(Write object) throws IOException {
    if (objref < 0) {
      throw in.bad("an objref below 2^31 in the object");
    }
    image.reserveObjrefs(objref);
    try {
      object.run();
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw in.invalid(e);
    }
  }
}
