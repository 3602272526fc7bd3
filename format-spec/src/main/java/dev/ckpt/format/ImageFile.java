package dev.ckpt.format;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Index;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.Seal;
import dev.ckpt.format.record.Tail;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An image as a file: any page is found by its address without reading the others.
 *
 * <p>Opening it reads preamble, tail and index and checks those. Each page array is checked when
 * the first page of it is read; {@link #verify()} checks everything.
 *
 * <p>Threading: may go from thread to thread, one at a time.
 */
public final class ImageFile implements AutoCloseable {
  /** What every image begins with: its first eight bytes as a little-endian number. */
  public static final long MAGIC = 0x1a0a_0d54_504b_4389L;

  private static final byte[] ZEROS = new byte[Limits.PAGE_SIZE];

  private final FileChannel file;
  private final boolean closesFile;
  private final FileWindow window;
  private final ChannelInput input;
  private final PageExpander expander = new PageExpander(1);
  private final KeySource keys;
  private Optional<ObjectCipher> cipher = Optional.empty();
  private final Tail tail;
  private final PageIndex arrays = new PageIndex();
  private final Map<Integer, PageIndex> arraysOfOwner = new HashMap<>();

  /** The page array that was read last: faults tend to come close together. */
  private Optional<LoadedArray> loaded = Optional.empty();

  private record LoadedArray(Index.Entry entry, PagePayload payload, int[] firstDataPage) {}

  /** Opens an image that is not sealed; as below. */
  public ImageFile(FileChannel file) throws IOException {
    this(file, KeySource.NONE);
  }

  /**
   * Opens an image in a file that the caller has opened and closes.
   *
   * @param keys asked if the image is sealed
   * @throws dev.ckpt.error.ImageVersionException if this build does not read that version
   * @throws CorruptImageException if it is no image, or was cut, or its index is damaged
   */
  public ImageFile(FileChannel file, KeySource keys) throws IOException {
    this(file, keys, false);
  }

  private ImageFile(FileChannel file, KeySource keys, boolean closesFile) throws IOException {
    this.file = file;
    this.closesFile = closesFile;
    window = new FileWindow(file);
    input = new ChannelInput(window, 1);
    Preamble.check(readAt(0, Preamble.BYTES, "preamble"));
    Optional<ImageKey> key = readKey(keys);
    cipher = key.map(ImageKey::cipher);
    // Readers of the whole file need not derive it again.
    this.keys =
        seal -> key.isPresent() && key.get().seal().equals(seal) ? key.get() : keys.keyOf(seal);
    int tailBytes =
        ObjectHeader.BYTES + Tail.PAYLOAD_BYTES + (cipher.isPresent() ? ObjectCipher.TAG_BYTES : 0);
    long tailOffset = file.size() - tailBytes;
    if (tailOffset < Preamble.BYTES || tailOffset % ObjectHeader.ALIGNMENT != 0) {
      throw new CorruptImageException(
          file.size(), "TAIL", "a file that ends in a tail", file.size() + " bytes");
    }
    tail = readTail(tailOffset);
    readIndex(tailOffset);
  }

  private Optional<ImageKey> readKey(KeySource keys) throws IOException {
    ObjectHeader first =
        ObjectHeader.get(
            readAt(Preamble.BYTES, ObjectHeader.BYTES, "object header"), 0, Preamble.BYTES, false);
    return first.type() == ObjectType.SEAL.number()
        ? Optional.of(keys.keyOf((Seal) readObject(ObjectType.SEAL, Preamble.BYTES)))
        : Optional.empty();
  }

  private Tail readTail(long offset) throws IOException {
    try {
      return (Tail) readObject(ObjectType.TAIL, offset);
    } catch (CkptException e) {
      CorruptImageException cut =
          new CorruptImageException(
              offset, "TAIL", "the tail of a whole image", "none; the file was cut or damaged");
      cut.initCause(e);
      throw cut;
    }
  }

  /** Opens an image that is not sealed; the file is closed with it. */
  @MustBeClosed
  public static ImageFile open(Path path) throws IOException {
    return open(path, KeySource.NONE);
  }

  /** Opens an image; the file is closed with it. */
  @MustBeClosed
  public static ImageFile open(Path path, KeySource keys) throws IOException {
    return of(FileChannel.open(path, StandardOpenOption.READ), keys);
  }

  /** Opens an image in a file that belongs to it from now on, and is closed with it. */
  @MustBeClosed
  public static ImageFile of(FileChannel file, KeySource keys) throws IOException {
    try {
      return new ImageFile(file, keys, true);
    } catch (IOException | RuntimeException e) {
      try (file) {
        throw e;
      }
    }
  }

  /** Whether a file begins as an image does; the rest of it may be damaged. */
  public static boolean isImage(Path path) throws IOException {
    ByteBuffer magic = ByteBuffer.allocate(Long.BYTES);
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      while (magic.hasRemaining() && file.read(magic) >= 0) {
        // NB: a read may give less than was asked for.
      }
    }
    return !magic.hasRemaining() && Preamble.isMagic(magic);
  }

  private ByteBuffer readAt(long offset, int lenBytes, String what) throws IOException {
    window.offset(offset);
    input.offset(offset);
    return input.read(lenBytes, what);
  }

  /** Reads the header of an object that is of the one or another type. */
  private ObjectHeader readHeader(ObjectType type, ObjectType other, long offset)
      throws IOException {
    ObjectHeader header =
        ObjectHeader.get(
            readAt(offset, ObjectHeader.BYTES, type.name()), 0, offset, cipher.isPresent());
    if (header.type() != type.number() && header.type() != other.number()) {
      throw new CorruptImageException(offset, type.name(), "such an object", header.typeName());
    }
    return header;
  }

  private ByteBuffer readPayload(ObjectHeader header, long offset) throws IOException {
    long payloadOffset = offset + ObjectHeader.BYTES;
    ByteBuffer body = readAt(payloadOffset, header.paddedBytes(), header.typeName());
    ObjectDecoder.checkBody(header, body, payloadOffset);
    ByteBuffer payload = body.slice(0, (int) header.lenBytes()).order(body.order());
    return cipher.isPresent() ? cipher.get().open(header, offset, payload) : payload;
  }

  private ImageRecord readObject(ObjectType type, long offset) throws IOException {
    ByteBuffer payload = readPayload(readHeader(type, type, offset), offset);
    return ObjectDecoder.decode(type, payload, offset + ObjectHeader.BYTES);
  }

  private void readIndex(long tailOffset) throws IOException {
    long offset = tail.indexOffset();
    do {
      if (offset < Preamble.BYTES || offset >= tailOffset) {
        throw new CorruptImageException(
            tailOffset, "TAIL", "INDEX objects up to the tail", "one at " + offset);
      }
      Index index = (Index) readObject(ObjectType.INDEX, offset);
      for (Index.Entry entry : index.entries()) {
        addArray(entry, offset);
      }
      offset = input.offset();
    } while (offset != tailOffset);
    if (arrays.size() != tail.nrPageArrays()) {
      throw new CorruptImageException(
          tailOffset,
          "TAIL",
          "as many page arrays as the index has: " + arrays.size(),
          Long.toString(tail.nrPageArrays()));
    }
  }

  private void addArray(Index.Entry entry, long offset) throws CorruptImageException {
    PageIndex ofOwner = arraysOfOwner.computeIfAbsent(entry.owner(), o -> new PageIndex());
    long before = arrays.size() == 0 ? 0 : arrays.get(arrays.size() - 1).offset();
    if (entry.addr() < ofOwner.end()
        || entry.offset() <= before
        || entry.offset() >= tail.indexOffset()
        || arrays.size() == Limits.MAX_PAGE_ARRAYS) {
      throw new CorruptImageException(
          offset, "INDEX", "entries that ascend and lie before the index", entry.toString());
    }
    ofOwner.add(entry);
    arrays.add(entry);
  }

  /** The tail. */
  public Tail tail() {
    return tail;
  }

  /** Whether it is sealed. */
  public boolean isSealed() {
    return cipher.isPresent();
  }

  /** Number of page arrays. */
  public int nrPageArrays() {
    return arrays.size();
  }

  /** The index entry of one page array, by its number in the stream. */
  public Index.Entry pageArray(int number) {
    return arrays.get(number);
  }

  /** Reads the header alone. */
  public Header header() throws IOException {
    try (ImageReader reader = reader()) {
      return (Header) reader.next().orElseThrow().record();
    }
  }

  /** Reads header and state objects. */
  public ImageState state() throws IOException {
    try (ImageReader reader = reader()) {
      return ImageState.read(reader);
    }
  }

  /** A reader of the whole file from its first byte; it does not disturb this object. */
  public ImageReader reader() throws IOException {
    return new ImageReader(new FileWindow(file), keys);
  }

  /**
   * Reads one page into the buffer and says of what kind it is: of DATA and ZERO, 4096 bytes are
   * put at the buffer's position. Empty, and nothing put, if the image does not have the page.
   *
   * @param owner object reference of the {@code Mm}, or of a {@code Shmem}
   * @param addr of the page's first byte; in a Shmem its offset
   * @throws CorruptImageException if the page array is damaged
   */
  public Optional<PageKind> readPage(int owner, long addr, ByteBuffer into) throws IOException {
    if (addr % Limits.PAGE_SIZE != 0 || into.remaining() < Limits.PAGE_SIZE) {
      throw new IllegalArgumentException(
          "address " + Long.toHexString(addr) + ", room for " + into.remaining() + " bytes");
    }
    PageIndex ofOwner = arraysOfOwner.get(owner);
    OptionalInt number = ofOwner == null ? OptionalInt.empty() : ofOwner.find(addr);
    if (number.isEmpty()) {
      return Optional.empty();
    }
    LoadedArray array = load(ofOwner.get(number.getAsInt()));
    return copyPage(array, addr, into);
  }

  /** Reads DATA pages of one run, from an address on up to another. */
  void readData(int owner, long addr, long end, ByteBuffer into) throws IOException {
    PageIndex ofOwner = arraysOfOwner.get(owner);
    LoadedArray array = load(ofOwner.get(ofOwner.find(addr).orElseThrow()));
    PageArray table = array.payload().table();
    int number = table.find(addr).orElseThrow();
    int before = array.firstDataPage()[number] * Limits.PAGE_SIZE;
    int start = before + (int) (addr - table.runs().get(number).addr());
    into.put(array.payload().pages().slice(start, (int) (end - addr)));
  }

  /** The run that has a page; empty if the image does not have it. */
  Optional<PageRun> findRun(int owner, long addr) throws IOException {
    PageIndex ofOwner = arraysOfOwner.get(owner);
    OptionalInt number = ofOwner == null ? OptionalInt.empty() : ofOwner.find(addr);
    if (number.isEmpty()) {
      return Optional.empty();
    }
    PageArray table = load(ofOwner.get(number.getAsInt())).payload().table();
    OptionalInt found = table.find(addr);
    return found.isPresent() ? Optional.of(table.runs().get(found.getAsInt())) : Optional.empty();
  }

  /** Where the first run begins behind a page that the image does not have. */
  long nextAddr(int owner, long addr) throws IOException {
    PageIndex ofOwner = arraysOfOwner.get(owner);
    if (ofOwner == null) {
      return Long.MAX_VALUE;
    }
    OptionalInt number = ofOwner.find(addr);
    // Between two runs of an array there is a third: the array ends with one.
    return number.isEmpty()
        ? ofOwner.nextAddr(addr)
        : load(ofOwner.get(number.getAsInt())).payload().table().runs().stream()
            .mapToLong(PageRun::addr)
            .filter(start -> start > addr)
            .findFirst()
            .orElse(Long.MAX_VALUE);
  }

  private static Optional<PageKind> copyPage(LoadedArray array, long addr, ByteBuffer into) {
    PageArray table = array.payload().table();
    OptionalInt found = table.find(addr);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    PageRun run = table.runs().get(found.getAsInt());
    if (run.kind() == PageKind.DATA) {
      int before = array.firstDataPage()[found.getAsInt()] * Limits.PAGE_SIZE;
      int start = before + (int) (addr - run.addr());
      into.put(array.payload().pages().slice(start, Limits.PAGE_SIZE));
    } else {
      into.put(ZEROS);
    }
    return Optional.of(run.kind());
  }

  private LoadedArray load(Index.Entry entry) throws IOException {
    if (loaded.isPresent() && loaded.get().entry().equals(entry)) {
      return loaded.get();
    }
    // The view of the array before is void as soon as the buffer is used again.
    loaded = Optional.empty();
    long offset = entry.offset();
    ObjectHeader header =
        readHeader(ObjectType.PAGE_ARRAY, ObjectType.PAGE_ARRAY_COMPRESSED, offset);
    ObjectType type = header.known().orElseThrow();
    PagePayload payload = PagePayload.of(type, readPayload(header, offset), offset, expander);
    PageArray table = payload.table();
    Index.Entry actual = new Index.Entry(offset, table.owner(), table.addr(), table.end());
    if (!actual.equals(entry)) {
      throw new CorruptImageException(offset, type.name(), entry.toString(), actual.toString());
    }
    int[] firstDataPage = new int[table.runs().size()];
    int nr = 0;
    for (int i = 0; i < firstDataPage.length; i++) {
      firstDataPage[i] = nr;
      PageRun run = table.runs().get(i);
      nr += run.kind() == PageKind.DATA ? (int) run.nrPages() : 0;
    }
    LoadedArray array = new LoadedArray(entry, payload, firstDataPage);
    loaded = Optional.of(array);
    return array;
  }

  /**
   * Reads the whole file and checks all of it.
   *
   * @throws CorruptImageException if anything is wrong
   */
  public void verify() throws IOException {
    try (ImageReader reader = reader()) {
      while (reader.next().isPresent()) {
        // next() has checked it
      }
      reader.requireEnd();
    }
  }

  /** Closes the file if this object has opened it. */
  @Override
  public void close() throws IOException {
    loaded = Optional.empty();
    if (closesFile) {
      file.close();
    }
  }
}
