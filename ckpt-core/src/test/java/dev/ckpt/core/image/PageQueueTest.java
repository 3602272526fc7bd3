package dev.ckpt.core.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.ShmemKind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageQueueTest {
  /** More than the queue has buffers. */
  private static final int NR_ARRAYS = 50;

  private static final UUID ID = new UUID(1, 2);

  /** More than goes into the buffers. */
  private static final long EXPECTED_BYTES = 20 << 20;

  @TempDir private Path folder;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** The ways that pages go. */
  enum Way {
    BUFFERED,
    BY_TURNS,
    IN_PLACE
  }

  /** An output that makes a queue go its way. */
  private static class Output implements ImageOutput {
    private final Way way;
    private final WritableByteChannel channel;
    private final Optional<ImageOutput> file;

    /**
     * Goes one.
     *
     * @param file what to have a window of
     */
    Output(Way way, WritableByteChannel channel, Optional<ImageOutput> file) {
      this.way = way;
      this.channel = channel;
      this.file = file;
    }

    @Override
    public WritableByteChannel channel() {
      return channel;
    }

    @Override
    public boolean isPrompt() {
      return way != Way.BUFFERED;
    }

    @Override
    public Optional<ImageWindow> window(long lenBytes) throws IOException {
      return way == Way.IN_PLACE ? file.orElseThrow().window(lenBytes) : Optional.empty();
    }

    @Override
    public void sync() {}

    @Override
    public void publish() {}

    @Override
    public void close() {}
  }

  private interface Body {
    void run(ImageWriter writer, PageQueue queue) throws IOException;
  }

  /** Has an image begun, up to its pages. */
  private void write(Way way, WritableByteChannel channel, Body body) throws IOException {
    try (ImageFileOutput file = ImageFileOutput.create(folder.resolve("image"), true);
        ImageWriter writer = new ImageWriter(channel);
        PageQueue queue =
            PageQueue.into(writer, new Output(way, channel, Optional.of(file)), EXPECTED_BYTES)) {
      body.run(writer, queue);
    }
  }

  /** Takes so many bytes, and then there is no room. */
  private class SmallDisk implements WritableByteChannel {
    private final WritableByteChannel disk = Channels.newChannel(bytes);
    private final long size;

    SmallDisk(long size) {
      this.size = size;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      if (bytes.size() + source.remaining() > size) {
        throw new IOException("no room");
      }
      return disk.write(source);
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  private static int begin(ImageWriter writer) throws IOException {
    ByteString name = ByteString.of("test");
    writer.write(
        new Header(Header.EM_X86_64, 4096, name, ID, 1, 1, 1, ID, Header.NO_PARENT, name, name));
    return writer.writeShared(new Shmem(ShmemKind.ANON, ByteString.of(""), 1L << 40, 0, 0, 0600));
  }

  /** Array number n has one page, at address n pages, of bytes n; every fifth array has none. */
  private static void addSome(PageQueue queue, int owner, int nr) throws IOException {
    Thread caller = Thread.currentThread();
    for (int i = 0; i < nr; i++) {
      int n = i;
      boolean anyThread = n % 7 != 0;
      queue.add(
          1,
          1,
          anyThread,
          (into, beside) -> {
            assertTrue(Limits.PAGE_SIZE <= into.remaining());
            assertEquals(beside, Thread.currentThread() != caller);
            assertTrue(anyThread || !beside, "only the caller may read it");
            for (int k = 0; k < Limits.PAGE_SIZE; k++) {
              into.put((byte) n);
            }
            into.flip();
            PageRun run = new PageRun((long) n * Limits.PAGE_SIZE, 1, PageKind.DATA);
            return n % 5 == 0 ? Optional.empty() : Optional.of(new PageArray(owner, List.of(run)));
          });
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void writesEverythingInItsOrder(Way way) throws IOException {
    write(
        way,
        new SmallDisk(Long.MAX_VALUE),
        (writer, queue) -> {
          addSome(queue, begin(writer), NR_ARRAYS);
          queue.awaitRead();
          queue.finish();
          writer.finish();
        });
    List<Integer> found = new ArrayList<>();
    try (ImageReader reader =
        new ImageReader(Channels.newChannel(new ByteArrayInputStream(bytes.toByteArray())))) {
      for (Optional<ImageObject> next = reader.next(); next.isPresent(); next = reader.next()) {
        if (next.get().record() instanceof PageArray array) {
          int n = reader.pages().get(Limits.PAGE_SIZE - 1);
          assertEquals((long) n * Limits.PAGE_SIZE, array.addr());
          found.add(n);
        }
      }
    }
    assertEquals(IntStream.range(0, NR_ARRAYS).filter(n -> n % 5 != 0).boxed().toList(), found);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void saysWhatWritingHasFailedWith(Way way) throws IOException {
    write(
        way,
        new SmallDisk(10 * Limits.PAGE_SIZE),
        (writer, queue) -> {
          int owner = begin(writer);
          IOException e =
              assertThrows(
                  IOException.class,
                  () -> {
                    addSome(queue, owner, NR_ARRAYS);
                    queue.finish();
                  });
          assertEquals("no room", e.getMessage());
        });
  }

  static Stream<Arguments> badOnes() {
    return Stream.of(Way.values())
        .flatMap(way -> Stream.of(1, 2, 3, 4, 48, 49).map(bad -> Arguments.of(bad, way)));
  }

  /** The 2nd and 3rd are read by different threads; what comes behind is never written. */
  @ParameterizedTest
  @MethodSource("badOnes")
  void saysWhatReadingHasFailedWith(int bad, Way way) throws IOException {
    write(
        way,
        new SmallDisk(Long.MAX_VALUE),
        (writer, queue) -> {
          int owner = begin(writer);
          IOException e =
              assertThrows(
                  IOException.class,
                  () -> {
                    addSome(queue, owner, bad);
                    queue.add(
                        1,
                        1,
                        true,
                        (into, beside) -> {
                          throw new IOException("gone");
                        });
                    addSome(queue, owner, 3);
                    queue.finish();
                  });
          assertEquals("gone", e.getMessage());
        });
  }

  @Test
  void dropsTheRestWhenItIsClosed() throws IOException {
    WritableByteChannel stalled =
        new SmallDisk(Long.MAX_VALUE) {
          @Override
          public int write(ByteBuffer source) throws IOException {
            while (!Thread.currentThread().isInterrupted()) {
              Thread.onSpinWait();
            }
            return super.write(source);
          }
        };
    try (ImageWriter writer = new ImageWriter(stalled)) {
      try (PageQueue queue =
          PageQueue.into(
              writer, new Output(Way.BUFFERED, stalled, Optional.empty()), EXPECTED_BYTES)) {
        addSome(queue, begin(writer), 10);
      }
      assertTrue(bytes.size() < 3 * Limits.PAGE_SIZE, "only what was begun: " + bytes.size());
    }
  }

  /** To make page cache ready takes seconds where there is much, or the host is slow. */
  @Test
  void stopsToPrepareWhenNobodyWantsTheImage() throws IOException {
    try (ImageFileOutput file = ImageFileOutput.create(folder.resolve("image"), true);
        ImageWriter writer = new ImageWriter(file.channel())) {
      Output unwanted =
          new Output(Way.IN_PLACE, file.channel(), Optional.of(file)) {
            @Override
            public void requireWanted() throws IOException {
              throw new IOException("unwanted");
            }
          };
      IOException e =
          assertThrows(
              IOException.class, () -> PageQueue.into(writer, unwanted, EXPECTED_BYTES).close());
      assertEquals("unwanted", e.getMessage());
    }
  }

  /** Of the same arrays, whatever is taken out of them, and when, comes the same image. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void makesTheSameImageWhicheverWay(int part) throws IOException {
    for (long seed = part * 25; seed < (part + 1) * 25; seed++) {
      byte[] expected = image(seed, Way.BUFFERED);
      assertArrayEquals(expected, image(seed, Way.BY_TURNS), "by turns, seed " + seed);
      assertArrayEquals(expected, image(seed, Way.IN_PLACE), "in place, seed " + seed);
    }
  }

  private byte[] image(long seed, Way way) throws IOException {
    Path image = folder.resolve("image");
    Random random = new Random(seed);
    // NB: less than there will be now and then, so that the window is too small.
    long expected = EXPECTED_BYTES - random.nextInt(2) * (3 << 20);
    try (ImageFileOutput file = ImageFileOutput.create(image, true)) {
      try (ImageWriter writer = new ImageWriter(file.channel());
          PageQueue queue =
              PageQueue.into(
                  writer, new Output(way, file.channel(), Optional.of(file)), expected)) {
        int owner = begin(writer);
        long addr = 0;
        for (long rest = EXPECTED_BYTES / Limits.PAGE_SIZE; rest > 0; ) {
          RandomArray next = new RandomArray(owner, addr, random);
          queue.add(next.nrRuns, next.nrPages, random.nextInt(8) != 0, next);
          addr = next.end;
          rest -= next.nrPages;
        }
        queue.finish();
        writer.finish();
      }
      file.publish();
    }
    return Files.readAllBytes(image);
  }

  /** Some runs of pages; none, some or all of the pages are taken out of them. */
  private static final class RandomArray implements PageQueue.Reading {
    private static final int EVERY_SECOND = -1;

    private final int owner;
    private final List<Long> addresses = new ArrayList<>();
    private final long seed;
    private final int nrRuns;
    private final int nrPages;
    private final int lost;
    private final long end;

    RandomArray(int owner, long addr, Random random) {
      this.owner = owner;
      seed = random.nextLong();
      nrRuns = random.nextInt(4) == 0 ? 250 + random.nextInt(7) : 1 + random.nextInt(3);
      nrPages = random.nextInt(4) == 0 ? nrRuns : Limits.MAX_ARRAY_DATA_PAGES;
      // Out of 100, or every second one, which makes the longest table.
      lost = List.of(0, 0, 0, 1, 50, 100, EVERY_SECOND).get(random.nextInt(7));
      long at = addr;
      for (int i = 0; i < nrPages; i++) {
        at += i > 0 && i < nrRuns ? 2 * Limits.PAGE_SIZE : Limits.PAGE_SIZE;
        addresses.add(at);
      }
      end = at + 2 * Limits.PAGE_SIZE;
    }

    @Override
    public Optional<PageArray> read(ByteBuffer into, boolean beside) {
      assertTrue(nrPages * Limits.PAGE_SIZE <= into.remaining());
      Random random = new Random(seed);
      if (random.nextInt(3) == 0) {
        LockSupport.parkNanos(random.nextInt(2_000_000));
      }
      byte[] page = new byte[Limits.PAGE_SIZE];
      for (int i = 0; i < nrPages; i++) {
        random.nextBytes(page);
        into.put(page);
      }
      List<PageRun> runs = new ArrayList<>();
      int kept = 0;
      for (int i = 0; i < nrPages; i++) {
        if (lost == EVERY_SECOND ? i % 2 == 0 : random.nextInt(100) >= lost) {
          into.put(kept, into, i * Limits.PAGE_SIZE, Limits.PAGE_SIZE);
          kept += Limits.PAGE_SIZE;
          append(runs, addresses.get(i), PageKind.DATA);
        } else if (lost == EVERY_SECOND || random.nextInt(4) == 0) {
          append(runs, addresses.get(i), PageKind.ZERO);
        }
      }
      into.limit(kept).position(0);
      return runs.isEmpty() ? Optional.empty() : Optional.of(new PageArray(owner, runs));
    }

    private static void append(List<PageRun> runs, long addr, PageKind kind) {
      PageRun last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
      if (last != null && last.end() == addr && last.kind() == kind) {
        runs.set(runs.size() - 1, new PageRun(last.addr(), last.nrPages() + 1, kind));
      } else {
        runs.add(new PageRun(addr, 1, kind));
      }
    }
  }
}
