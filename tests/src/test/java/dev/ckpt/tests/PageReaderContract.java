package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.backend.Backends;
import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.backend.PageReader;
import dev.ckpt.error.CkptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every page reader must do; one subclass per backend. */
abstract class PageReaderContract {
  private static final int PAGE = PageRange.PAGE_SIZE;

  abstract PageReader.Provider provider();

  static PageReader.Provider named(String name) {
    return Backends.pageReaders().stream()
        .filter(provider -> provider.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  static ByteBuffer random(long nrPages) {
    long seed = System.nanoTime();
    System.out.println("page contract seed " + seed);
    byte[] content = new byte[Math.toIntExact(nrPages * PAGE)];
    new Random(seed).nextBytes(content);
    return ByteBuffer.allocateDirect(content.length).put(content).flip();
  }

  private static PageRange part(PageRange all, long first, long nrPages) {
    return new PageRange(all.address() + first * PAGE, nrPages);
  }

  private static byte[] bytes(ByteBuffer content, long first, long nrPages) {
    byte[] bytes = new byte[Math.toIntExact(nrPages * PAGE)];
    content.get(Math.toIntExact(first * PAGE), bytes);
    return bytes;
  }

  private byte[] read(StubTask task, List<PageRange> ranges) throws CkptException {
    int lenBytes = Math.toIntExact(ranges.stream().mapToLong(PageRange::lenBytes).sum());
    ByteBuffer into = ByteBuffer.allocateDirect(lenBytes);
    try (PageReader reader = provider().open(task.target())) {
      reader.read(ranges, into);
    }
    assertEquals(lenBytes, into.position());
    byte[] bytes = new byte[lenBytes];
    into.get(0, bytes);
    return bytes;
  }

  @Test
  void worksHereAndHasAName() {
    assertTrue(provider().probe().works(), provider().probe().reason());
    assertFalse(provider().probe().reason().isBlank());
    assertTrue(provider().name().matches("[a-z][a-z0-9-]*"), provider().name());
  }

  @Test
  void readsRangesOneAfterAnother() throws IOException {
    StubTask.with(
        task -> {
          PageRange all = task.map(64);
          ByteBuffer content = random(64);
          task.write(all, content);
          assertArrayEquals(bytes(content, 0, 64), read(task, List.of(all)));
          byte[] parts = read(task, List.of(part(all, 3, 1), part(all, 4, 2), part(all, 60, 4)));
          assertArrayEquals(bytes(content, 3, 3), Arrays.copyOf(parts, 3 * PAGE));
          assertArrayEquals(bytes(content, 60, 4), Arrays.copyOfRange(parts, 3 * PAGE, 7 * PAGE));
          // Any order is as good.
          assertArrayEquals(
              bytes(content, 1, 1),
              Arrays.copyOfRange(
                  read(task, List.of(part(all, 9, 1), part(all, 1, 1))), PAGE, 2 * PAGE));
          assertArrayEquals(new byte[0], read(task, List.of()));
        });
  }

  @Test
  void putsNothingBesidesTheRanges() throws IOException {
    StubTask.with(
        task -> {
          PageRange all = task.map(4);
          task.write(all, random(4));
          byte[] before = new byte[8 * PAGE];
          Arrays.fill(before, (byte) 0x77);
          ByteBuffer into = ByteBuffer.allocateDirect(before.length).put(before);
          into.position(2 * PAGE).limit(7 * PAGE);
          try (PageReader reader = provider().open(task.target())) {
            reader.read(List.of(part(all, 0, 3)), into);
          }
          assertEquals(5 * PAGE, into.position());
          assertEquals(7 * PAGE, into.limit());
          byte[] after = new byte[8 * PAGE];
          into.clear().get(after);
          assertArrayEquals(Arrays.copyOf(before, 2 * PAGE), Arrays.copyOf(after, 2 * PAGE));
          assertArrayEquals(
              Arrays.copyOfRange(before, 5 * PAGE, 8 * PAGE),
              Arrays.copyOfRange(after, 5 * PAGE, 8 * PAGE));
        });
  }

  @Test
  void readsWhatProtectionsHide() throws IOException {
    StubTask.with(
        task -> {
          PageRange all = task.map(16);
          ByteBuffer content = random(16);
          task.write(all, content);
          task.protect(part(all, 0, 1), 0);
          task.protect(part(all, 5, 3), 0);
          task.protect(part(all, 15, 1), 0);
          assertArrayEquals(bytes(content, 0, 16), read(task, List.of(all)));
          assertArrayEquals(bytes(content, 5, 2), read(task, List.of(part(all, 5, 2))));
        });
  }

  /** A hole at the beginning, two within, one at the end, and nothing at all. */
  @Test
  void tellsOfPagesThatAreNotThereAnyMore() throws IOException {
    StubTask.with(
        task -> {
          PageRange all = task.map(16);
          ByteBuffer content = random(16);
          task.write(all, content);
          task.protect(part(all, 3, 2), 0);
          List<Integer> holes = List.of(0, 5, 6, 7, 15);
          for (int hole : holes) {
            task.unmap(part(all, hole, 1));
          }
          ByteBuffer into = ByteBuffer.allocateDirect(16 * PAGE);
          List<Integer> missed = new ArrayList<>();
          try (PageReader reader = provider().open(task.target())) {
            reader.readRunning(
                List.of(part(all, 0, 4), part(all, 4, 11), part(all, 15, 1)),
                into,
                pages -> missed.add((int) ((pages.address() - all.address()) / PAGE)));
          }
          assertEquals(holes, missed);
          assertEquals(16 * PAGE, into.position());
          for (int i = 0; i < 16; i++) {
            byte[] expected = holes.contains(i) ? new byte[PAGE] : bytes(content, i, 1);
            assertArrayEquals(expected, bytes(into, i, 1), "page " + i);
          }
        });
  }

  @Test
  void readsUntouchedPagesAsZeros() throws IOException {
    StubTask.with(task -> assertArrayEquals(new byte[8 * PAGE], read(task, List.of(task.map(8)))));
  }

  @Test
  void readsMoreThanOneCallTakes() throws IOException {
    StubTask.with(
        task -> {
          PageRange all = task.map(4096);
          ByteBuffer content = random(4096);
          task.write(all, content);
          assertArrayEquals(bytes(content, 0, 4096), read(task, List.of(all)));
        });
  }

  @Test
  void whereNothingIsMappedIsAnError() throws IOException {
    StubTask.with(
        task -> {
          PageRange all = task.map(8);
          task.write(all, random(8));
          task.unmap(part(all, 4, 1));
          assertThrows(CkptException.class, () -> read(task, List.of(all)));
          assertThrows(CkptException.class, () -> read(task, List.of(part(all, 4, 1))));
          assertEquals(4 * PAGE, read(task, List.of(part(all, 0, 4))).length);
        });
  }

  @Test
  void aTaskThatIsGoneIsAnError() throws IOException {
    StubTask.with(
        task -> {
          PageRange all = task.map(2);
          task.kill();
          assertThrows(CkptException.class, () -> read(task, List.of(all)));
        });
  }

  @Test
  void closesTwiceAndLeavesTheMemoryOpen() throws IOException {
    StubTask.with(
        task -> {
          PageRange all = task.map(1);
          PageReader reader = provider().open(task.target());
          reader.close();
          reader.close();
          assertEquals(PAGE, task.read(all).length);
        });
  }
}
