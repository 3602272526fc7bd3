package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.rstr.RestartedTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A task goes on with its clocks in another boot, where the machine's own stand elsewhere.
 *
 * <p>A test cannot boot the machine. But an image with another boot's id, of a task whose clocks
 * were ten days ahead of this machine's, tells of a machine that had been up for ten days more.
 */
@Tag("live")
class AnotherBootLiveTest {
  private static final Programs.Program TEN_DAYS_AHEAD =
      new Programs.Program("clocks ns", "save", 0);

  /** What a record says if its image is of another boot. */
  static ImageRecord ofAnotherBoot(ImageRecord content) {
    if (!(content instanceof Header)) {
      return content;
    }
    Header header = (Header) content;
    return new Header(
        header.arch(),
        header.pageSize(),
        header.kernelRelease(),
        new UUID(1, 2),
        header.monotonicNanos(),
        header.boottimeNanos(),
        header.realtimeNanos(),
        header.uuid(),
        header.parentUuid(),
        header.producer(),
        header.hostname());
  }

  @Test
  void clocksGoOnAlsoWhenDumpedOnceMore() throws IOException {
    assumeTrue(Tasks.effectiveUser() == 0, "needs root, to make time namespaces");
    assumeTrue(Files.exists(Path.of("/proc/self/ns/time")), "this kernel has no time namespaces");
    try (LiveProgram live = LiveProgram.start(TEN_DAYS_AHEAD)) {
      live.awaitReady();
      Path image = live.besides("image");
      live.dump(image, true);
      Path changed =
          ChangedImage.of(image, live.besides("changed"), AnotherBootLiveTest::ofAnotherBoot);
      RestartedTask restored = live.restore(changed, false);
      assertEquals(1, restored.notes().stream().filter(note -> note.startsWith("clock: ")).count());
      assertNotEquals(ProcFs.of(Tasks.self()).nsLink("time"), ProcFs.of(live.pid()).nsLink("time"));

      Path again = live.besides("again");
      live.dump(again, true);
      live.restore(again, false);
      live.finish(0);
    }
  }
}
