package dev.ckpt.backend.userfaultfd;

import dev.ckpt.core.backend.LazyRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * In which order a task has waited for its pages, in a small file beside its image: the next time
 * they are brought in in that order, before it asks.
 *
 * <p>Little-endian: "CKPTORDR", the UUID of the image, a count, so many times owner (u32) and
 * address (u64) of a window, CRC-32C of all that. It is advice: what cannot be read, or is of
 * another image, or speaks of pages that there are not, is as good as none.
 *
 * <p>Threading: any thread.
 */
final class PageOrder {
  /** Behind the name of the image. */
  static final String SUFFIX = ".order";

  private static final long MAGIC = 0x5244524f54504b43L;
  private static final int HEADER_BYTES = 28;
  private static final int ENTRY_BYTES = 12;
  private static final int MAX_ENTRIES = 1 << 20;
  private static final FileAttribute<?> OURS =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /**
   * A window that was waited for.
   *
   * @param owner of its pages in the image
   * @param addr of its first byte there
   */
  record Window(int owner, long addr) {}

  private final Path file;
  private final UUID image;
  private final Set<Window> windows = new LinkedHashSet<>();
  private final int nrLearnt;

  private PageOrder(Path file, UUID image, List<Window> learnt) {
    this.file = file;
    this.image = image;
    windows.addAll(learnt);
    nrLearnt = windows.size();
  }

  /** What was learnt of an image before. */
  static PageOrder of(Path path, UUID image) {
    Path file = path.resolveSibling(path.getFileName() + SUFFIX);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return new PageOrder(file, image, List.of());
    }
    try {
      return new PageOrder(file, image, parse(file, image));
    } catch (IOException e) {
      // Whoever may not read it learns it anew.
      return new PageOrder(file, image, List.of());
    }
  }

  private static List<Window> parse(Path file, UUID image) throws IOException {
    ByteBuffer bytes = read(file);
    List<Window> found = new ArrayList<>();
    int body = bytes.limit() - Integer.BYTES;
    if (body < HEADER_BYTES
        || bytes.getLong(0) != MAGIC
        || bytes.getInt(body) != sum(bytes.slice(0, body))
        || bytes.getLong(8) != image.getMostSignificantBits()
        || bytes.getLong(16) != image.getLeastSignificantBits()
        || bytes.getInt(24) != (body - HEADER_BYTES) / ENTRY_BYTES) {
      return found;
    }
    for (int at = HEADER_BYTES; at + ENTRY_BYTES <= body; at += ENTRY_BYTES) {
      found.add(new Window(bytes.getInt(at), bytes.getLong(at + Integer.BYTES)));
    }
    return found;
  }

  private static int sum(ByteBuffer bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    return (int) sum.getValue();
  }

  private static ByteBuffer read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long most = HEADER_BYTES + (long) MAX_ENTRIES * ENTRY_BYTES + Integer.BYTES;
      ByteBuffer bytes =
          ByteBuffer.allocate((int) Math.min(channel.size(), most)).order(ByteOrder.LITTLE_ENDIAN);
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
        // NB: a read may give less than was asked for.
      }
      return bytes.flip();
    }
  }

  /**
   * Where in the task the windows begin that were waited for the last times, the first first, but
   * those that come out of one page array together.
   *
   * @param ranges what is missing at first
   */
  synchronized List<Long> places(List<LazyRange> ranges) {
    Map<Integer, TreeMap<Long, LazyRange>> byOwner = new HashMap<>();
    for (LazyRange range : ranges) {
      byOwner.computeIfAbsent(range.owner(), owner -> new TreeMap<>()).put(range.addr(), range);
    }
    Map<Window, List<Long>> places = new LinkedHashMap<>();
    for (Window window : windows.stream().limit(nrLearnt).toList()) {
      TreeMap<Long, LazyRange> ofOwner = byOwner.getOrDefault(window.owner(), new TreeMap<>());
      Map.Entry<Long, LazyRange> in = ofOwner.floorEntry(window.addr());
      if (in != null && window.addr() - in.getKey() < in.getValue().lenBytes()) {
        Window array = new Window(window.owner(), window.addr() & -(long) LazyPages.BLOCK_BYTES);
        places
            .computeIfAbsent(array, first -> new ArrayList<>())
            .add(in.getValue().start() + (window.addr() - in.getKey()));
      }
    }
    return places.values().stream().flatMap(List::stream).toList();
  }

  /** Somebody waits for a window. */
  synchronized void add(int owner, long addr) {
    if (windows.size() < MAX_ENTRIES) {
      windows.add(new Window(owner, addr));
    }
  }

  /** Writes down what is new, if there is anything. */
  synchronized void save() throws IOException {
    if (windows.size() == nrLearnt) {
      return;
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(HEADER_BYTES + windows.size() * ENTRY_BYTES + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(MAGIC);
    bytes.putLong(image.getMostSignificantBits()).putLong(image.getLeastSignificantBits());
    bytes.putInt(windows.size());
    for (Window window : windows) {
      bytes.putInt(window.owner()).putLong(window.addr());
    }
    bytes.putInt(sum(bytes.duplicate().flip())).flip();
    Path unfinished = file.resolveSibling(".ckpt-" + UUID.randomUUID());
    boolean done = false;
    try (FileChannel channel =
        FileChannel.open(
            unfinished, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OURS)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
      done = true;
    } finally {
      if (!done) {
        Files.deleteIfExists(unfinished);
      }
    }
  }
}
