package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.core.backend.Backends;
import dev.ckpt.core.backend.PageFiller;
import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.proc.ProcFs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("live")
class ParasiteFillerLiveTest extends PageFillerContract {
  private static final String NAME = "parasite";

  @Override
  PageFiller.Provider provider() {
    return named(NAME);
  }

  @Test
  void isChosenByName() throws UnsupportedStateException {
    assertEquals(NAME, Backends.pageFiller(NAME).name());
  }

  /** The pipe is there as long as the filler is. */
  @Test
  void leavesNoDescriptor() throws IOException {
    StubTask.with(
        task -> {
          ProcFs proc = ProcFs.of(task.target().pid());
          List<Integer> before = proc.fds();
          PageFiller filler = provider().open(task.target());
          assertEquals(before.size() + 2, proc.fds().size());
          filler.close();
          assertEquals(before, proc.fds());
        });
  }

  /** More ranges than one call takes, with pages in between that the task may not write. */
  @Test
  void goesOnBehindWhatItCannotWrite() throws IOException {
    StubTask.with(
        task -> {
          PageRange all = task.map(1400);
          List<PageRange> ranges = new ArrayList<>();
          for (int i = 0; i < 700; i++) {
            long address = all.address() + 2L * i * PageRange.PAGE_SIZE;
            ranges.add(new PageRange(address, 1));
            if (i % 50 == 3) {
              task.protect(new PageRange(address, 1), i % 100 == 3 ? 0 : 1);
            }
          }
          // NB: not at a page boundary, so that a page is two pieces in the pipe.
          ByteBuffer content = ByteBuffer.allocateDirect(701 * PageRange.PAGE_SIZE);
          content.put(100, PageReaderContract.random(700), 0, 700 * PageRange.PAGE_SIZE);
          content.position(100);
          try (PageFiller filler = provider().open(task.target())) {
            filler.fill(ranges, content);
          }
          assertEquals(100 + 700 * PageRange.PAGE_SIZE, content.position());
          for (int i = 0; i < 700; i++) {
            byte[] expected = new byte[PageRange.PAGE_SIZE];
            content.get(100 + i * PageRange.PAGE_SIZE, expected);
            assertArrayEquals(expected, task.read(ranges.get(i)), "page " + i);
          }
        });
  }
}
