package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.LsmLabel;
import dev.ckpt.rstr.RestartedTask;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A task that a security module had confined does not come back unconfined in silence. */
@Tag("live")
class SecurityLabelLiveTest {
  private static final Programs.Program LOOP = new Programs.Program("counter_loop", "save", 0);

  @Test
  void anotherLabelIsSaid() throws IOException {
    try (LiveProgram live = LiveProgram.start(LOOP)) {
      live.awaitReady();
      Path image = live.besides("image");
      live.dump(image, true);
      Path confined =
          ChangedImage.with(
              image, live.besides("confined"), new LsmLabel(ByteString.of("ckpt-test (enforce)")));
      RestartedTask task = live.restore(confined, false);
      assertEquals(
          1,
          task.notes().stream()
              .filter(note -> note.startsWith("security label: was ckpt-test (enforce)"))
              .count(),
          () -> task.notes().toString());
      live.finish(LOOP.exitStatus());
    }
  }
}
