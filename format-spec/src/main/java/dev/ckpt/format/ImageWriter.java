package dev.ckpt.format;

import dev.ckpt.format.ObjectType.Phase;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Index;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageArrayCompressed;
import dev.ckpt.format.record.PageCodec;
import dev.ckpt.format.record.Tail;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Writes an image to a channel in one pass, without seeking: header, state, page arrays,
 * statistics, and then, by {@link #finish()}, index and tail.
 *
 * <p>What stands in the wrong place, or refers to what was not written yet, is refused with an
 * {@link IllegalStateException} before any byte of it is written. A stream that was not finished
 * has no tail, and every reader sees that.
 *
 * <p>The channel belongs to the caller: {@link #close()} does not close it. Small objects are held
 * back until there are many, or pages come, or the stream is finished.
 *
 * <p>Threading: may go from thread to thread, one at a time, but for {@link #sum}.
 *
 * <p>Blocks: as the channel does.
 */
public final class ImageWriter implements AutoCloseable {
  /** Room for the largest table of a page array with its header and padding, and some objects. */
  private static final int BUFFER_BYTES = 128 << 10;

  private static final byte[] ZEROS = new byte[Limits.PAGE_SIZE];

  private final WritableByteChannel channel;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final ChronicleOutput payload = new ChronicleOutput();
  private final StreamRules rules = new StreamRules();
  private final PageIndex index = new PageIndex();
  private final CRC32C headersCrc = new CRC32C();

  /** What seals everything behind the SEAL. */
  private Optional<ObjectCipher> cipher = Optional.empty();

  /** What makes page arrays smaller, those that it can. */
  private Optional<PageCompressor> compressor = Optional.empty();

  private final Map<PageCodec, PageCompressor> compressors = new EnumMap<>(PageCodec.class);

  private int lastObjref;
  private long offset;
  private long nrObjects;
  private long nrDataPages;

  /** Whether nothing more can be written: finished, closed, or the channel failed halfway. */
  private boolean done;

  private boolean closed;

  /** Begins a stream; the first bytes go out with the first objects. */
  public ImageWriter(WritableByteChannel channel) {
    this.channel = channel;
    Preamble.put(buffer);
    offset = Preamble.BYTES;
  }

  /**
   * Begins a stream that is sealed if there is a key for it.
   *
   * @param key of this stream alone; stays open until the stream is finished
   */
  public ImageWriter(WritableByteChannel channel, Optional<ImageKey> key) throws IOException {
    this(channel);
    if (key.isPresent()) {
      writeObject(0, key.get().seal());
      cipher = Optional.of(key.get().cipher());
    }
  }

  /**
   * The same of a stream whose page arrays are compressed, those that shrink by it.
   *
   * @param codec by which; none for a stream of plain ones
   */
  public ImageWriter(WritableByteChannel channel, Optional<ImageKey> key, Optional<PageCodec> codec)
      throws IOException {
    this(channel, key);
    compressBy(codec);
  }

  /** Has page arrays from here on compressed, those that shrink by it, or written as they are. */
  public void compressBy(Optional<PageCodec> codec) {
    compressor =
        codec.isPresent()
            ? Optional.of(compressors.computeIfAbsent(codec.get(), PageCompressor::new))
            : Optional.empty();
  }

  /** A new object reference, above all before. */
  public int nextObjref() {
    return ++lastObjref;
  }

  /** Says that references up to this one are given out: those of an image that is copied. */
  public void reserveObjrefs(int upTo) {
    lastObjref = Math.max(lastObjref, upTo);
  }

  /** Number of bytes of the stream so far, and so the offset of the next object. */
  public long offset() {
    return offset;
  }

  /** Whether what is written is not what was given. */
  public boolean seals() {
    return cipher.isPresent();
  }

  /** Writes an object that others do not refer to. */
  public void write(ImageRecord object) throws IOException {
    write(0, object);
  }

  /** Writes an object that others refer to, under a new reference, and returns that. */
  public int writeShared(ImageRecord object) throws IOException {
    int objref = nextObjref();
    write(objref, object);
    return objref;
  }

  /**
   * Writes one object.
   *
   * @param objref from {@link #nextObjref()}, and above that of every object written before; 0 for
   *     types that others do not refer to
   * @throws IllegalStateException if the object may not stand here
   * @throws IllegalArgumentException if it is a seal, page array, index or tail, which are written
   *     otherwise, or too long
   */
  public void write(int objref, ImageRecord object) throws IOException {
    Phase phase = object.type().phase();
    if (phase == Phase.SEAL
        || phase == Phase.PAGES
        || phase == Phase.INDEX
        || phase == Phase.TAIL) {
      throw new IllegalArgumentException(object.type() + " is not written by this method");
    }
    if (objref > lastObjref) {
      throw new IllegalArgumentException("objref " + objref + " was never given out");
    }
    writeObject(objref, object);
  }

  private void writeObject(int objref, ImageRecord object) throws IOException {
    checkOpen();
    encode(object);
    int len = payload.lenBytes();
    if (len > object.type().maxPayloadBytes()) {
      throw new IllegalArgumentException(
          object.type()
              + " of "
              + len
              + " bytes is longer than "
              + object.type().maxPayloadBytes());
    }
    rules.accept(objref, object);
    ByteBuffer plain = ByteBuffer.wrap(payload.array(), 0, len);
    ObjectHeader header = header(object.type(), objref, len);
    putObject(header, cipher.isPresent() ? sealed(header, plain) : plain);
  }

  /**
   * Writes an object of a type that this build does not know, as one that may be skipped.
   *
   * @param type its number
   * @param objref as in {@link #write(int, ImageRecord)}; any such object may have one
   * @throws IllegalStateException if the object may not stand here
   * @throws IllegalArgumentException if the type is a known one or no number of 16 bits, the
   *     reference was never given out, or the payload is too long
   */
  public void writeUnknown(int type, int objref, ByteBuffer bytes) throws IOException {
    checkOpen();
    if (type != (type & 0xffff) || ObjectType.of(type).isPresent()) {
      throw new IllegalArgumentException("object type " + type + " is no unknown one");
    }
    if (objref < 0 || objref > lastObjref) {
      throw new IllegalArgumentException("objref " + objref + " was never given out");
    }
    if (bytes.remaining() > Limits.MAX_UNKNOWN_PAYLOAD_BYTES) {
      throw new IllegalArgumentException(
          bytes.remaining() + " bytes are more than " + Limits.MAX_UNKNOWN_PAYLOAD_BYTES);
    }
    rules.acceptUnknown(type, objref);
    boolean sealed = cipher.isPresent();
    int flags = ObjectHeader.OPTIONAL | (sealed ? ObjectHeader.SEALED : 0);
    long len = bytes.remaining() + (sealed ? ObjectCipher.TAG_BYTES : 0);
    ObjectHeader header = new ObjectHeader(type, flags, objref, len, 0);
    ByteBuffer plain = bytes.duplicate();
    putObject(header, sealed ? sealed(header, plain) : plain);
  }

  private void putObject(ObjectHeader header, ByteBuffer stored) throws IOException {
    putHeader(header.withCrc(Crc32c.of(stored)));
    putBytes(stored);
    putZeros(header.paddingBytes());
  }

  private ObjectHeader header(ObjectType type, int objref, long plainBytes) {
    int tag = cipher.isPresent() ? ObjectCipher.TAG_BYTES : 0;
    return ObjectHeader.of(type, cipher.isPresent(), objref, plainBytes + tag, 0);
  }

  private ByteBuffer sealed(ObjectHeader header, ByteBuffer... plain) {
    return cipher.orElseThrow().seal(header, offset, plain);
  }

  /**
   * Writes one page array: its table, and the pages of its DATA runs in their order; see {@link
   * #sum} and {@link #write(SummedPages)}.
   */
  public void writePages(PageArray table, ByteBuffer pages) throws IOException {
    write(sum(table, pages));
  }

  /**
   * What takes longest about a page array, apart from the writing: where it was read it is still in
   * the cache of that CPU.
   *
   * <p>Threading: any thread, beside others.
   *
   * <p>Shape: what remains in the buffer is exactly the pages of the DATA runs in their order. A
   * direct buffer saves a copy.
   */
  public SummedPages sum(PageArray table, ByteBuffer pages) {
    if (pages.remaining() != table.dataBytes()) {
      throw new IllegalArgumentException(
          pages.remaining() + " bytes are not the " + table.nrDataPages() + " pages of the table");
    }
    // The checksum is that of what a cipher or a compressor makes of them.
    boolean asTheyAre = cipher.isEmpty() && compressor.isEmpty();
    return new SummedPages(table, pages, asTheyAre ? Crc32c.of(pages) : 0);
  }

  /**
   * Writes one page array: its table, and the pages of its DATA runs, which are consumed.
   *
   * @throws IllegalStateException if state is still missing, the owner was not written, or the
   *     pages do not lie behind all pages of the same owner that were written before
   */
  public void write(SummedPages array) throws IOException {
    PageArray table = array.table;
    ByteBuffer pages = array.pages;
    checkOpen();
    rules.accept(0, table);
    index.add(new Index.Entry(offset, table.owner(), table.addr(), table.end()));
    nrDataPages += table.nrDataPages();
    // NB: no lambda on the way of plain images, which a cold JVM would have to make.
    Optional<ByteBuffer> compressed =
        compressor.isPresent() ? compressor.get().compress(pages) : Optional.empty();
    if (compressed.isPresent()) {
      writeCompressed(table, compressed.get());
      pages.position(pages.limit());
      return;
    }
    encode(table);
    ByteBuffer head = ByteBuffer.wrap(payload.array(), 0, payload.lenBytes());
    ByteBuffer padding = ByteBuffer.wrap(ZEROS, 0, table.paddingBytes(offset));
    long len = (long) head.remaining() + padding.remaining() + pages.remaining();
    ObjectHeader header = header(ObjectType.PAGE_ARRAY, 0, len);
    if (cipher.isPresent()) {
      ByteBuffer stored = sealed(header, head, padding, pages);
      putHeader(header.withCrc(Crc32c.of(stored)));
      putBytes(stored);
    } else {
      int pagesCrc = compressor.isPresent() ? Crc32c.of(pages) : array.crc32c;
      int crc = Crc32c.concat(Crc32c.of(head, padding), pagesCrc, pages.remaining());
      putHeader(header.withCrc(crc));
      putBytes(head);
      putBytes(padding);
      drain();
      offset += pages.remaining();
      writeFully(pages);
    }
  }

  private void writeCompressed(PageArray table, ByteBuffer compressed) throws IOException {
    encode(PageArrayCompressed.of(table, compressor.orElseThrow().codec()));
    ByteBuffer head = ByteBuffer.wrap(payload.array(), 0, payload.lenBytes());
    long len = (long) head.remaining() + compressed.remaining();
    ObjectHeader header = header(ObjectType.PAGE_ARRAY_COMPRESSED, 0, len);
    if (cipher.isPresent()) {
      ByteBuffer stored = sealed(header, head, compressed);
      putHeader(header.withCrc(Crc32c.of(stored)));
      putBytes(stored);
    } else {
      putHeader(header.withCrc(Crc32c.of(head, compressed)));
      putBytes(head);
      putBytes(compressed);
    }
    putZeros(header.paddingBytes());
  }

  /**
   * Writes index and tail, and hands everything to the channel. Nothing can be written after it.
   *
   * @throws IllegalStateException if there is not even a header
   */
  public void finish() throws IOException {
    checkOpen();
    long indexOffset = offset;
    int written = 0;
    do {
      List<Index.Entry> entries = index.slice(written);
      writeObject(0, new Index(entries));
      written += entries.size();
    } while (written < index.size());
    writeObject(
        0,
        new Tail(nrObjects, index.size(), nrDataPages, indexOffset, (int) headersCrc.getValue()));
    drain();
    done = true;
  }

  /** Releases the buffers. Finishes nothing, and leaves the channel open. */
  @Override
  public void close() {
    done = true;
    if (!closed) {
      closed = true;
      payload.release();
    }
  }

  private void checkOpen() {
    if (done) {
      throw new IllegalStateException("the stream is finished, closed or failed");
    }
  }

  @SuppressWarnings("unchecked") // the codec of a type takes the records of that type
  private void encode(ImageRecord object) {
    payload.clear();
    ((RecordCodec<ImageRecord>) object.type().codec()).write(object, payload);
  }

  private void putHeader(ObjectHeader header) throws IOException {
    makeRoom(ObjectHeader.BYTES);
    int start = buffer.position();
    header.put(buffer);
    headersCrc.update(buffer.slice(start, ObjectHeader.SUMMED_BYTES));
    nrObjects++;
    offset += ObjectHeader.BYTES;
  }

  private void putBytes(ByteBuffer bytes) throws IOException {
    offset += bytes.remaining();
    while (bytes.hasRemaining()) {
      makeRoom(1);
      int part = Math.min(bytes.remaining(), buffer.remaining());
      buffer.put(bytes.slice(bytes.position(), part));
      bytes.position(bytes.position() + part);
    }
  }

  private void putZeros(int nr) throws IOException {
    makeRoom(nr);
    buffer.put(ZEROS, 0, nr);
    offset += nr;
  }

  private void makeRoom(int lenBytes) throws IOException {
    if (buffer.remaining() < lenBytes) {
      drain();
    }
  }

  private void drain() throws IOException {
    buffer.flip();
    writeFully(buffer);
    buffer.clear();
  }

  /** NB: a pipe or socket may take less than it is given. */
  private void writeFully(ByteBuffer bytes) throws IOException {
    boolean whole = false;
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      whole = true;
    } finally {
      done |= !whole;
    }
  }
}
