package dev.ckpt.backend.userfaultfd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.backend.LazyRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is missing, beside an array that says so page by page. */
class MissingTest {
  private static final int PAGE = 4096;
  private static final int NR_PAGES = 400;
  private static final int NR_STEPS = 20_000;
  private static final long NOTHING = -1;
  private static final int OWNER = 3;

  /** By page: where it is in the image. */
  private final long[] model = new long[NR_PAGES];

  private final Random random = new Random(11);

  @Test
  void itFollowsWhateverIsDone() {
    Missing missing = new Missing(ranges());
    for (int i = 0; i < NR_STEPS; i++) {
      int from = random.nextInt(NR_PAGES);
      int nr = 1 + random.nextInt(Math.min(40, NR_PAGES - from));
      if (random.nextInt(4) == 0) {
        move(missing, from, nr);
      } else if (random.nextInt(40) == 0) {
        missing = new Missing(ranges());
      } else {
        List<LazyRange> removed = missing.remove((long) from * PAGE, (long) (from + nr) * PAGE);
        assertEquals(count(from, nr), pages(removed));
        Arrays.fill(model, from, from + nr, NOTHING);
      }
      compare(missing);
    }
  }

  private void move(Missing missing, int from, int nr) {
    int to = random.nextInt(NR_PAGES - nr + 1);
    if (to < from + nr && from < to + nr) {
      return;
    }
    missing.move((long) from * PAGE, (long) to * PAGE, (long) nr * PAGE);
    System.arraycopy(model, from, model, to, nr);
    Arrays.fill(model, from, from + nr, NOTHING);
  }

  /** Two, with a hole between them, of another place in the image each. */
  private List<LazyRange> ranges() {
    List<LazyRange> ranges =
        List.of(
            new LazyRange(10 * PAGE, 150 * PAGE, OWNER, 1000 * PAGE),
            new LazyRange(200 * PAGE, 390 * PAGE, OWNER, 5000 * PAGE));
    Arrays.fill(model, NOTHING);
    for (LazyRange range : ranges) {
      for (long at = range.start(); at < range.end(); at += PAGE) {
        model[(int) (at / PAGE)] = range.addr() + at - range.start();
      }
    }
    return ranges;
  }

  private int count(int from, int nr) {
    return (int) Arrays.stream(model, from, from + nr).filter(at -> at != NOTHING).count();
  }

  private static int pages(List<LazyRange> ranges) {
    return (int) ranges.stream().mapToLong(range -> range.lenBytes() / PAGE).sum();
  }

  private void compare(Missing missing) {
    assertEquals((long) count(0, NR_PAGES) * PAGE, missing.lenBytes());
    for (int page = 0; page < NR_PAGES; page++) {
      long at = (long) page * PAGE;
      Optional<LazyRange> found = missing.find(at);
      long where = found.isEmpty() ? NOTHING : found.get().addr() + at - found.get().start();
      assertEquals(model[page], where, "page " + page);
    }
    List<LazyRange> all = new ArrayList<>(missing.all());
    for (int i = 1; i < all.size(); i++) {
      assertTrue(all.get(i - 1).end() <= all.get(i).start(), all::toString);
    }
  }

  /** What was moved away, or is of another place now, is not what was read for it. */
  @Test
  void whatIsStillThereOfARange() {
    Missing missing = new Missing(ranges());
    LazyRange read = ranges().get(0).part(20 * PAGE, 40 * PAGE);
    missing.remove(25 * PAGE, 26 * PAGE);
    missing.move(220 * PAGE, 30 * PAGE, 5 * PAGE);
    assertEquals(
        List.of(
            read.part(20 * PAGE, 25 * PAGE),
            read.part(26 * PAGE, 30 * PAGE),
            read.part(35 * PAGE, 40 * PAGE)),
        missing.within(read));
  }
}
