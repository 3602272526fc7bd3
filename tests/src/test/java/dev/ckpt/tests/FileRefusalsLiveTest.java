package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.UnsupportedStateException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A restore finds out what stands in the way of the task's files, and works when it is gone. */
@Tag("live")
class FileRefusalsLiveTest {
  private static LiveProgram start(String name) throws IOException {
    return LiveProgram.start(
        Programs.of("save").stream()
            .filter(program -> program.name().equals(name))
            .findFirst()
            .orElseThrow());
  }

  private static List<String> refusals(LiveProgram live, Path image) {
    UnsupportedStateException refused =
        assertThrows(UnsupportedStateException.class, () -> live.restore(image, false));
    return refused.refusals().stream().map(Refusal::code).distinct().toList();
  }

  @Test
  void aLockThatSomebodyElseHasNow() throws IOException {
    try (LiveProgram live = start("file_locks")) {
      live.awaitReady();
      Path image = live.besides("image");
      live.dump(image, true);
      Path locked = live.folder().resolve("status.px");
      try (FileChannel channel = FileChannel.open(locked, StandardOpenOption.WRITE);
          FileLock lock = channel.lock(150, 1, false)) {
        assertEquals(List.of("LOCK_TAKEN"), refusals(live, image));
        assertEquals(1, lock.size());
      }
      live.restore(image, false);
      live.finish(0);
    }
  }
}
