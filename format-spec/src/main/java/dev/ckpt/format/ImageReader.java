package dev.ckpt.format;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.UnknownObjectException;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Index;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageCodec;
import dev.ckpt.format.record.Seal;
import dev.ckpt.format.record.Tail;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Reads an image from a channel in one pass, and checks all of it on the way: checksums, order,
 * references, pages, and with the tail that nothing is missing.
 *
 * <p>An object that was handed out is whole, but the stream is only known to be whole once the tail
 * was handed out. Objects of unknown types that may be skipped are skipped. Not one byte behind the
 * tail is read; {@link #requireEnd()} is for those who know that there must be none.
 *
 * <p>Compressed page arrays are handed out as the {@link PageArray}s that they stand for.
 *
 * <p>A sealed image is opened on the way, with a key that is asked for as soon as its SEAL was
 * read. That object is not handed out.
 *
 * <p>The channel must be a blocking one and belongs to the caller: {@link #close()} does not close
 * it. After an exception nothing more can be read.
 *
 * <p>Threading: may go from thread to thread, one at a time.
 *
 * <p>Blocks: as the channel does. The header of the next object is read together with each object.
 */
public final class ImageReader implements PageStream, AutoCloseable {
  private static final int SKIP_BYTES = 64 << 10;

  private final ChannelInput input;
  private final KeySource keys;
  private final StreamRules rules = new StreamRules();
  private final PageIndex arrays = new PageIndex();
  private final CRC32C headersCrc = new CRC32C();

  /** Header of the object that comes next; none after the tail, after an error and after close. */
  private Optional<ObjectHeader> header = Optional.empty();

  private long headerOffset;
  private Optional<Seal> seal = Optional.empty();
  private Optional<ObjectCipher> cipher = Optional.empty();
  private final PageExpander expander;
  private Optional<ByteBuffer> pages = Optional.empty();
  private Optional<PageCodec> codec = Optional.empty();
  private Optional<UnknownSink> unknown = Optional.empty();
  private boolean tailSeen;
  private long nrObjects;
  private long nrSkipped;
  private long nrDataPages;
  private long indexOffset;
  private int nrIndexed;

  /** Reads an image that is not sealed; as below. */
  public ImageReader(ReadableByteChannel channel) throws IOException {
    this(channel, KeySource.NONE);
  }

  /** Reads an image; as below, keeping no pages. */
  public ImageReader(ReadableByteChannel channel, KeySource keys) throws IOException {
    this(channel, keys, 0);
  }

  /**
   * Reads the preamble, a SEAL if there is one, and the first header.
   *
   * @param keys asked if the image is sealed
   * @param nrPagesKept how many page arrays, of those that were read last, keep their {@link
   *     #pages()} whatever is read next: for a reader that is ahead of whoever uses the pages
   * @throws dev.ckpt.error.ImageVersionException if this build does not read that version
   * @throws CorruptImageException if it is no image
   * @throws IOException what the source of keys throws
   */
  public ImageReader(ReadableByteChannel channel, KeySource keys, int nrPagesKept)
      throws IOException {
    this.keys = keys;
    input = new ChannelInput(channel, nrPagesKept + 1);
    expander = new PageExpander(nrPagesKept + 1);
    Preamble.check(input.read(Preamble.BYTES, "preamble"));
    takeHeader(input.read(ObjectHeader.BYTES, "object header"), 0);
    if (header.flatMap(ObjectHeader::known).equals(Optional.of(ObjectType.SEAL))) {
      next();
    }
  }

  /** How the image is sealed; empty if it is not. */
  public Optional<Seal> seal() {
    return seal;
  }

  /** The type of the object that {@link #next()} will return, or empty behind the tail. */
  public Optional<ObjectType> peek() throws IOException {
    skipUnknown();
    return header.flatMap(ObjectHeader::known);
  }

  /**
   * Reads the next object, or nothing behind the tail.
   *
   * @throws CorruptImageException if the stream is damaged or ends before its tail
   * @throws UnknownObjectException if an object may not be skipped and is of no known type
   */
  @Override
  public Optional<ImageObject> next() throws IOException {
    skipUnknown();
    pages = Optional.empty();
    if (header.isEmpty()) {
      if (!tailSeen) {
        throw new IllegalStateException("the reader is closed or has failed");
      }
      return Optional.empty();
    }
    ObjectHeader current = header.get();
    long offset = headerOffset;
    // If anything is thrown from here on, there is no next object.
    header = Optional.empty();
    ImageRecord object = readObject(current, offset);
    return Optional.of(new ImageObject(offset, current.objref(), object));
  }

  private ImageRecord readObject(ObjectHeader current, long offset) throws IOException {
    ObjectType type = current.known().orElseThrow();
    boolean last = type == ObjectType.TAIL;
    long payloadOffset = input.offset();
    int bodyBytes = current.paddedBytes();
    ByteBuffer body = input.read(bodyBytes + (last ? 0 : ObjectHeader.BYTES), type.name());
    ObjectDecoder.checkBody(current, body, payloadOffset);
    ByteBuffer payload = opened(current, offset, body);
    ImageRecord object;
    if (type.phase() == ObjectType.Phase.PAGES) {
      input.turn();
      PagePayload array = PagePayload.of(type, payload, offset, expander);
      object = array.table();
      pages = Optional.of(array.pages());
      codec = array.codec();
    } else {
      object = ObjectDecoder.decode(type, payload, payloadOffset);
    }
    check(current, offset, object);
    if (last) {
      tailSeen = true;
    } else {
      takeHeader(body, bodyBytes);
    }
    return object;
  }

  private ByteBuffer opened(ObjectHeader current, long offset, ByteBuffer body)
      throws CorruptImageException {
    ByteBuffer payload = body.slice(0, (int) current.lenBytes()).order(body.order());
    return cipher.isPresent() ? cipher.get().open(current, offset, payload) : payload;
  }

  private void check(ObjectHeader current, long offset, ImageRecord object) throws IOException {
    try {
      if (object instanceof Tail tail) {
        checkTail(tail);
      }
      rules.accept(current.objref(), object);
      if (object instanceof PageArray array) {
        arrays.add(new Index.Entry(offset, array.owner(), array.addr(), array.end()));
        nrDataPages += array.nrDataPages();
      } else if (object instanceof Index index) {
        checkIndex(index, offset);
      }
    } catch (RuleViolation e) {
      throw corrupt(current, offset, e);
    }
    nrObjects++;
    if (object instanceof Seal found) {
      seal = Optional.of(found);
      cipher = Optional.of(keys.keyOf(found).cipher());
    }
  }

  private static CorruptImageException corrupt(
      ObjectHeader current, long offset, RuleViolation violation) {
    CorruptImageException corrupt =
        new CorruptImageException(
            offset, current.typeName(), violation.expected(), violation.actual());
    corrupt.initCause(violation);
    return corrupt;
  }

  private void checkIndex(Index index, long offset) {
    if (nrIndexed == 0) {
      indexOffset = offset;
    }
    int wanted = Math.min(arrays.size() - nrIndexed, Limits.MAX_INDEX_ENTRIES);
    boolean first = indexOffset == offset;
    require("nr of INDEX entries", wanted, index.entries().size());
    if (wanted == 0 && !first) {
      throw new RuleViolation("no further INDEX", "one without entries");
    }
    for (Index.Entry entry : index.entries()) {
      Index.Entry array = arrays.get(nrIndexed++);
      if (!entry.equals(array)) {
        throw new RuleViolation(array.toString(), entry.toString());
      }
    }
  }

  private void checkTail(Tail tail) {
    require("indexed page arrays", arrays.size(), nrIndexed);
    require("nrObjects", nrObjects, tail.nrObjects());
    require("nrPageArrays", arrays.size(), tail.nrPageArrays());
    require("nrDataPages", nrDataPages, tail.nrDataPages());
    require("indexOffset", indexOffset, tail.indexOffset());
    // The header of the tail itself is not in this sum, nor has takeHeader() added it.
    require("headersCrc32c", (int) headersCrc.getValue(), tail.headersCrc32c());
  }

  private static void require(String what, long expected, long actual) {
    if (expected != actual) {
      throw new RuleViolation(what + " " + expected, Long.toString(actual));
    }
  }

  private void takeHeader(ByteBuffer in, int index) throws IOException {
    headerOffset = input.offset() - ObjectHeader.BYTES;
    ObjectHeader next = ObjectHeader.get(in, index, headerOffset, cipher.isPresent());
    if (next.type() != ObjectType.TAIL.number()) {
      headersCrc.update(in.slice(index, ObjectHeader.SUMMED_BYTES));
    }
    header = Optional.of(next);
  }

  private void skipUnknown() throws IOException {
    while (header.isPresent() && header.get().known().isEmpty()) {
      ObjectHeader current = header.get();
      header = Optional.empty();
      skip(current, headerOffset);
    }
  }

  private void skip(ObjectHeader current, long offset) throws IOException {
    try {
      rules.acceptUnknown(current.type(), current.objref());
    } catch (RuleViolation e) {
      throw corrupt(current, offset, e);
    }
    long payloadOffset = input.offset();
    if (cipher.isPresent() || unknown.isPresent()) {
      ByteBuffer body = input.read(current.paddedBytes() + ObjectHeader.BYTES, current.typeName());
      ObjectDecoder.checkBody(current, body, payloadOffset);
      ByteBuffer payload = opened(current, offset, body);
      if (unknown.isPresent()) {
        unknown.get().skipped(current.type(), current.objref(), payload.asReadOnlyBuffer());
      }
      skipped(body, current.paddedBytes());
      return;
    }
    CRC32C crc = new CRC32C();
    for (long left = current.lenBytes(); left > 0; ) {
      int part = (int) Math.min(left, SKIP_BYTES);
      crc.update(input.read(part, current.typeName()));
      left -= part;
    }
    ObjectDecoder.checkCrc(current, (int) crc.getValue(), payloadOffset);
    int padding = current.paddingBytes();
    long paddingOffset = input.offset();
    ByteBuffer rest = input.read(padding + ObjectHeader.BYTES, current.typeName());
    ObjectDecoder.checkZeros(rest, 0, padding, paddingOffset, current.typeName());
    skipped(rest, padding);
  }

  private void skipped(ByteBuffer in, int index) throws IOException {
    nrObjects++;
    nrSkipped++;
    takeHeader(in, index);
  }

  /**
   * The pages of the page array that {@link #next()} returned last: those of its DATA runs, in
   * their order. A direct, read-only view that begins at a page boundary, until the next call,
   * unless pages are kept.
   *
   * @throws IllegalStateException if that was no page array
   */
  @Override
  public ByteBuffer pages() {
    return pages
        .orElseThrow(() -> new IllegalStateException("the last object was no page array"))
        .duplicate();
  }

  /** By what the pages of that page array were compressed in the image, if they were. */
  public Optional<PageCodec> codec() {
    return codec;
  }

  /** Has objects of unknown types, those that may be skipped, handed to somebody. */
  public void onUnknown(UnknownSink sink) {
    unknown = Optional.of(sink);
  }

  /** What was compressed of the page arrays so far, which are handed out as if it was not. */
  public PageCompression compression() {
    return expander.total();
  }

  /** How many objects of unknown types were skipped so far. */
  public long nrSkipped() {
    return nrSkipped;
  }

  /**
   * Checks that the channel has nothing behind the tail.
   *
   * @throws CorruptImageException if it has
   * @throws IllegalStateException if the tail was not read yet
   */
  public void requireEnd() throws IOException {
    if (!tailSeen) {
      throw new IllegalStateException("the tail was not read");
    }
    if (!input.atEnd()) {
      throw new CorruptImageException(
          input.offset(), "end", "no bytes behind the tail", "at least one");
    }
  }

  /** Forgets the stream; leaves the channel open. */
  @Override
  public void close() {
    header = Optional.empty();
    pages = Optional.empty();
  }
}
