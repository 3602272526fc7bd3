package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.core.kernel.NewerFeature;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.SmapsEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Large memory that is filled with huge pages, elsewhere, and moved. Whether that pays is measured
 * while it is filled, and so may be different each time; here it is always done, and never.
 */
@Tag("live")
class StagingLiveTest {
  private static final String ALWAYS = "ckpt.staging.always";
  private static final String WITHOUT = "ckpt.kernel.without";
  private static final Path ENABLED = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");

  @AfterEach
  void clear() {
    System.clearProperty(ALWAYS);
    System.clearProperty(WITHOUT);
  }

  /** Linux 6.8 is 608. */
  private static int kernel() throws IOException {
    String[] numbers = ProcFs.osRelease().split("[^0-9]+", 3);
    return Integer.parseInt(numbers[0]) * 100 + Integer.parseInt(numbers[1]);
  }

  /** Of memory that did not ask for them. */
  private static boolean hasHugePages(int pid) throws IOException {
    return ProcFs.of(pid).smaps().entries().stream()
        .filter(entry -> !entry.hasFlag("hg"))
        .mapToLong(SmapsEntry::anonHugePagesKb)
        .anyMatch(kb -> kb != 0);
  }

  private static void comesBack(boolean huge) throws IOException {
    try (LiveProgram live = LiveProgram.start(new Programs.Program("page_holes", "save", 0))) {
      live.awaitReady();
      assertEquals(false, hasHugePages(live.pid()));
      Path image = live.besides("image");
      live.dump(image, true);
      live.restore(image, false);
      assertEquals(huge, hasHugePages(live.pid()));
      live.finish(0);
    }
  }

  @Test
  void leavesHugePagesAndTheSameContent() throws IOException {
    assumeTrue(Files.readString(ENABLED).contains("[madvise]"), "huge pages are not on request");
    assumeTrue(kernel() >= 608, "Linux 6.8 has UFFDIO_MOVE");
    System.setProperty(ALWAYS, "true");
    comesBack(true);
  }

  @Test
  void leavesTheSameContentWithoutThem() throws IOException {
    assumeTrue(!Files.readString(ENABLED).contains("[always]"), "huge pages are everywhere");
    System.setProperty(WITHOUT, NewerFeature.UFFDIO_MOVE.name());
    comesBack(false);
  }
}
