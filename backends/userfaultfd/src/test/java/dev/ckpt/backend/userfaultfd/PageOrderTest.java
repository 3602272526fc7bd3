package dev.ckpt.backend.userfaultfd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ckpt.core.backend.LazyRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was waited for is known the next time; anything else in that file does no harm. */
class PageOrderTest {
  private static final UUID UUID_HERE = new UUID(1, 2);
  private static final int PAGE = 4096;
  private static final List<LazyRange> RANGES =
      List.of(
          new LazyRange(100 * PAGE, 200 * PAGE, 3, 100 * PAGE),
          new LazyRange(900 * PAGE, 950 * PAGE, 4, 0));

  @TempDir Path folder;
  private Path image;
  private Path file;

  @BeforeEach
  void learn() throws IOException {
    image = folder.resolve("app.ckpt");
    file = folder.resolve("app.ckpt.order");
    PageOrder order = PageOrder.of(image, UUID_HERE);
    order.add(4, 7 * PAGE);
    order.add(3, 150 * PAGE);
    order.add(4, 7 * PAGE);
    order.add(3, 250 * PAGE);
    assertEquals(List.of(), order.places(RANGES), "of earlier lives only");
    order.save();
  }

  private List<Long> places() {
    return PageOrder.of(image, UUID_HERE).places(RANGES);
  }

  @Test
  void inTheOrderOfTheFirstTime() throws IOException {
    assertEquals(List.of(907L * PAGE, 150L * PAGE), places());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }

  @Test
  void moreIsAddedBehind() throws IOException {
    PageOrder order = PageOrder.of(image, UUID_HERE);
    order.add(3, 101 * PAGE);
    order.save();
    assertEquals(List.of(907L * PAGE, 150L * PAGE, 101L * PAGE), places());
  }

  /** They come out of one page array. */
  @Test
  void neighboursComeTogether() throws IOException {
    PageOrder order = PageOrder.of(image, UUID_HERE);
    order.add(4, 20 * PAGE);
    order.save();
    assertEquals(List.of(907L * PAGE, 920L * PAGE, 150L * PAGE), places());
  }

  @Test
  void thatOfAnotherImageIsNone() {
    assertEquals(List.of(), PageOrder.of(image, new UUID(1, 3)).places(RANGES));
  }

  @Test
  void everyByteThatIsWrongMakesItNone() throws IOException {
    byte[] good = Files.readAllBytes(file);
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= 0x10;
      Files.write(file, bad);
      assertEquals(List.of(), places(), "byte " + i);
      Files.write(file, java.util.Arrays.copyOf(good, i));
      assertEquals(List.of(), places(), "cut at " + i);
    }
  }

  @Test
  void nothingNewIsNotWritten() throws IOException {
    Files.delete(file);
    PageOrder.of(image, UUID_HERE).save();
    assertFalse(Files.exists(file));
  }

  /** It could be a pipe that nobody writes to. */
  @Test
  void whatIsNoFileIsNone() throws IOException {
    Files.delete(file);
    Files.createSymbolicLink(file, Path.of("/dev/zero"));
    assertEquals(List.of(), places());
    Files.delete(file);
  }
}
