package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.backend.Backends;
import dev.ckpt.core.backend.PageFiller;
import dev.ckpt.core.backend.PageRange;
import dev.ckpt.error.CkptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every page filler must do; one subclass per backend. */
abstract class PageFillerContract {
  private static final int PAGE = PageRange.PAGE_SIZE;

  abstract PageFiller.Provider provider();

  static PageFiller.Provider named(String name) {
    return Backends.pageFillers().stream()
        .filter(provider -> provider.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static PageRange part(PageRange all, long first, long nrPages) {
    return new PageRange(all.address() + first * PAGE, nrPages);
  }

  private static byte[] bytes(ByteBuffer content, long first, long nrPages) {
    byte[] bytes = new byte[Math.toIntExact(nrPages * PAGE)];
    content.get(Math.toIntExact(first * PAGE), bytes);
    return bytes;
  }

  private void fill(StubTask task, List<PageRange> ranges, ByteBuffer pages) throws CkptException {
    try (PageFiller filler = provider().open(task.target())) {
      filler.fill(ranges, pages);
    }
  }

  @Test
  void worksHereAndHasAName() {
    assertTrue(provider().probe().works(), provider().probe().reason());
    assertFalse(provider().probe().reason().isBlank());
    assertTrue(provider().name().matches("[a-z][a-z0-9-]*"), provider().name());
  }

  @Test
  void fillsRangesOneAfterAnother() throws IOException {
    StubTask.with(
        task -> {
          PageRange all = task.map(64);
          ByteBuffer content = PageReaderContract.random(7);
          fill(task, List.of(part(all, 3, 1), part(all, 4, 2), part(all, 60, 4)), content);
          assertEquals(0, content.remaining(), "all of it is taken");
          assertArrayEquals(bytes(content, 0, 3), task.read(part(all, 3, 3)));
          assertArrayEquals(bytes(content, 3, 4), task.read(part(all, 60, 4)));
          assertArrayEquals(new byte[3 * PAGE], task.read(part(all, 0, 3)), "before");
          assertArrayEquals(new byte[54 * PAGE], task.read(part(all, 6, 54)), "between");
        });
  }

  @Test
  void takesNoMoreThanItNeeds() throws IOException {
    StubTask.with(
        task -> {
          PageRange all = task.map(4);
          ByteBuffer content = PageReaderContract.random(4).position(PAGE);
          fill(task, List.of(part(all, 1, 2)), content);
          assertEquals(3 * PAGE, content.position());
          assertEquals(4 * PAGE, content.limit());
          assertArrayEquals(bytes(content, 1, 2), task.read(part(all, 1, 2)));
          fill(task, List.of(), content);
          assertEquals(3 * PAGE, content.position());
        });
  }

  /** The image's pages come as a view that cannot be written. */
  @Test
  void takesReadOnlyBuffers() throws IOException {
    StubTask.with(
        task -> {
          PageRange all = task.map(2);
          ByteBuffer content = PageReaderContract.random(2);
          fill(task, List.of(all), content.asReadOnlyBuffer());
          assertArrayEquals(bytes(content, 0, 2), task.read(all));
        });
  }

  @Test
  void writesOverWhatIsThere() throws IOException {
    StubTask.with(
        task -> {
          PageRange all = task.map(2);
          fill(task, List.of(all), PageReaderContract.random(2));
          ByteBuffer zeros = ByteBuffer.allocateDirect(2 * PAGE);
          fill(task, List.of(all), zeros);
          assertArrayEquals(new byte[2 * PAGE], task.read(all));
        });
  }

  @Test
  void fillsWhatProtectionsForbid() throws IOException {
    StubTask.with(
        task -> {
          PageRange all = task.map(16);
          task.protect(part(all, 0, 1), 0);
          task.protect(part(all, 4, 4), 1);
          task.protect(part(all, 9, 1), 5);
          task.protect(part(all, 15, 1), 0);
          ByteBuffer content = PageReaderContract.random(16);
          fill(task, List.of(all), content);
          assertArrayEquals(bytes(content, 0, 16), task.read(all));
        });
  }

  @Test
  void whereNothingIsMappedIsAnError() throws IOException {
    StubTask.with(
        task -> {
          PageRange all = task.map(8);
          task.unmap(part(all, 4, 1));
          assertThrows(
              CkptException.class, () -> fill(task, List.of(all), PageReaderContract.random(8)));
          ByteBuffer content = PageReaderContract.random(3);
          fill(task, List.of(part(all, 5, 3)), content);
          assertTrue(Arrays.equals(bytes(content, 0, 3), task.read(part(all, 5, 3))));
        });
  }

  @Test
  void aTaskThatIsGoneIsAnError() throws IOException {
    StubTask.with(
        task -> {
          PageRange all = task.map(2);
          task.kill();
          assertThrows(
              CkptException.class, () -> fill(task, List.of(all), PageReaderContract.random(2)));
        });
  }

  @Test
  void closesTwiceAndLeavesTheMemoryOpen() throws IOException {
    StubTask.with(
        task -> {
          PageRange all = task.map(1);
          PageFiller filler = provider().open(task.target());
          filler.close();
          filler.close();
          assertEquals(PAGE, task.read(all).length);
        });
  }
}
