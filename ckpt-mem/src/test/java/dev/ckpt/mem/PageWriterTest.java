package dev.ckpt.mem;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.checkpoint.MmCheckpoint.PageCounts;
import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.core.image.PageQueue;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages come from a map in memory, go through an image, and are compared byte for byte. */
class PageWriterTest {
  private static final int PAGE = PageRange.PAGE_SIZE;
  private static final byte[] ZEROS = new byte[PAGE];
  private static final UUID ID = new UUID(1, 2);

  private boolean anyThread;

  /** What the task holds: pages by address; what is missing is zero. */
  private final Map<Long, byte[]> memory = new HashMap<>();

  private void source(List<PageRange> ranges, ByteBuffer into, boolean beside) {
    long bytes = ranges.stream().mapToLong(PageRange::lenBytes).sum();
    assertTrue(bytes <= into.remaining(), "the buffer takes all that is asked for");
    assertTrue(into.isDirect());
    for (PageRange range : ranges) {
      for (long at = range.address(); at != range.end(); at += PAGE) {
        into.put(memory.getOrDefault(at, ZEROS));
      }
    }
  }

  /** An image read back. */
  private static final class Found {
    private final Map<Long, byte[]> data = new TreeMap<>();
    private final List<Long> zeros = new ArrayList<>();
    private int nrArrays;
  }

  /** Takes all at once, and has no window. */
  private record Prompt(WritableByteChannel channel) implements ImageOutput {
    @Override
    public boolean isPrompt() {
      return true;
    }

    @Override
    public void sync() {}

    @Override
    public void publish() {}

    @Override
    public void close() {}
  }

  private interface Body {
    PageCounts write(PageWriter pages, int owner) throws IOException;
  }

  /** In turns, now this thread and now the other reads. */
  private PageWriter.Manner manner(boolean zerosCount) {
    anyThread = !anyThread;
    return new PageWriter.Manner(zerosCount, anyThread);
  }

  private static byte[] image(Body body) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    WritableByteChannel channel = Channels.newChannel(bytes);
    try (ImageWriter writer = new ImageWriter(channel)) {
      ByteString name = ByteString.of("test");
      writer.write(
          new Header(Header.EM_X86_64, PAGE, name, ID, 1, 1, 1, ID, Header.NO_PARENT, name, name));
      int owner =
          writer.writeShared(new Shmem(ShmemKind.ANON, ByteString.of(""), 1L << 40, 0, 0, 0600));
      try (PageQueue queue = PageQueue.into(writer, new Prompt(channel), 1 << 30)) {
        body.write(new PageWriter(queue, done -> {}), owner);
        queue.finish();
      }
      writer.finish();
    }
    return bytes.toByteArray();
  }

  private static Found read(byte[] image) throws IOException {
    Found found = new Found();
    try (ImageReader reader =
        new ImageReader(Channels.newChannel(new ByteArrayInputStream(image)))) {
      for (Optional<ImageObject> next = reader.next(); next.isPresent(); next = reader.next()) {
        if (next.get().record() instanceof PageArray array) {
          found.nrArrays++;
          assertTrue(array.nrDataPages() <= Limits.MAX_ARRAY_DATA_PAGES);
          assertTrue(array.runs().size() <= Limits.MAX_ARRAY_RUNS);
          take(array, reader.pages(), found);
        }
      }
      reader.requireEnd();
    }
    return found;
  }

  private static void take(PageArray array, ByteBuffer pages, Found found) {
    PageRun last = null;
    for (PageRun run : array.runs()) {
      boolean joined = last != null && last.end() == run.addr() && last.kind() == run.kind();
      assertTrue(!joined, "two runs that are one");
      last = run;
      for (long at = run.addr(); at != run.end(); at += PAGE) {
        if (run.kind() == PageKind.DATA) {
          byte[] page = new byte[PAGE];
          pages.get(page);
          assertEquals(null, found.data.put(at, page), "twice");
        } else {
          found.zeros.add(at);
        }
      }
    }
    assertEquals(0, pages.remaining());
  }

  private void roundTrip(List<List<PageRange>> calls, boolean zerosCount) throws IOException {
    PageCounts[] counts = new PageCounts[1];
    byte[] image =
        image(
            (pages, owner) -> {
              for (List<PageRange> ranges : calls) {
                pages.write(owner, ranges, manner(zerosCount), this::source);
              }
              counts[0] = pages.finish();
              return counts[0];
            });
    Found found = read(image);
    Map<Long, byte[]> data = new TreeMap<>();
    List<Long> zeros = new ArrayList<>();
    for (List<PageRange> ranges : calls) {
      for (PageRange range : ranges) {
        for (long at = range.address(); at != range.end(); at += PAGE) {
          byte[] page = memory.getOrDefault(at, ZEROS);
          if (Arrays.equals(page, ZEROS)) {
            zeros.add(at);
          } else {
            data.put(at, page);
          }
        }
      }
    }
    assertEquals(data.keySet(), found.data.keySet());
    data.forEach((at, page) -> assertArrayEquals(page, found.data.get(at)));
    assertEquals(zerosCount ? zeros : List.of(), found.zeros);
    assertEquals(new PageCounts(data.size(), zerosCount ? zeros.size() : 0, 0), counts[0]);
  }

  private void fill(Random random, long address) {
    byte[] page = new byte[PAGE];
    switch (random.nextInt(4)) {
      case 0:
        random.nextBytes(page);
        break;
      case 1:
        page[0] = 1;
        break;
      case 2:
        page[PAGE - 1] = 1;
        break;
      default:
        page[random.nextInt(PAGE)] = (byte) 0x80;
        break;
    }
    memory.put(address, page);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void randomPatternsComeThrough(boolean zerosCount) throws IOException {
    long seed = System.nanoTime();
    System.out.println("PageWriterTest seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 30; round++) {
      memory.clear();
      int zeroPercent = new int[] {0, 10, 50, 90, 100}[random.nextInt(5)];
      int longest = random.nextBoolean() ? 3 : 700;
      List<List<PageRange>> calls = new ArrayList<>();
      long at = (long) random.nextInt(1000) * PAGE;
      for (int call = 0; call < 1 + random.nextInt(4); call++) {
        List<PageRange> ranges = new ArrayList<>();
        for (int i = 0; i < random.nextInt(longest == 3 ? 600 : 6); i++) {
          // Neighbours without a gap happen: two mappings side by side.
          at += (long) random.nextInt(3) * PAGE;
          PageRange range = new PageRange(at, 1 + random.nextInt(longest));
          for (long page = at; page != range.end(); page += PAGE) {
            if (random.nextInt(100) >= zeroPercent) {
              fill(random, page);
            }
          }
          ranges.add(range);
          at = range.end();
        }
        calls.add(ranges);
      }
      roundTrip(calls, zerosCount);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 255, 256, 257, 511, 512, 513, 1000})
  void borders(long nrPages) throws IOException {
    Random random = new Random(nrPages);
    for (long i = 0; i < nrPages; i++) {
      fill(random, i * PAGE);
    }
    List<PageRange> one = List.of(new PageRange(0, nrPages));
    roundTrip(List.of(one), false);
    roundTrip(List.of(one), true);
    List<PageRange> single = new ArrayList<>();
    for (long i = 0; i < nrPages; i++) {
      single.add(new PageRange(i * PAGE, 1));
    }
    roundTrip(List.of(single), true);
    roundTrip(List.of(single, List.of()), false);
  }

  @Test
  void manyPagesOfZerosTakeNoRoom() throws IOException {
    byte[] image =
        image(
            (pages, owner) -> {
              pages.write(owner, List.of(new PageRange(0, 10_000)), manner(false), this::source);
              return pages.finish();
            });
    assertEquals(0, read(image).nrArrays);
    assertTrue(image.length < 2 * PAGE, "bytes " + image.length);
  }

  @Test
  void smallMappingsShareAnArray() throws IOException {
    Random random = new Random(1);
    List<List<PageRange>> calls = new ArrayList<>();
    for (long i = 0; i < 500; i++) {
      fill(random, 2 * i * PAGE);
      calls.add(List.of(new PageRange(2 * i * PAGE, 1)));
    }
    byte[] image =
        image(
            (pages, owner) -> {
              for (int i = 0; i < calls.size(); i++) {
                pages.write(owner, calls.get(i), manner(i % 2 == 0), this::source);
              }
              return pages.finish();
            });
    assertEquals(2, read(image).nrArrays);
    roundTrip(calls, true);
  }

  @Test
  void nothingIsWrittenForNothing() throws IOException {
    byte[] image =
        image(
            (pages, owner) -> {
              pages.write(owner, List.of(), manner(true), this::source);
              return pages.finish();
            });
    assertEquals(0, read(image).nrArrays);
  }
}
