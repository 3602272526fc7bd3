package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.checkpoint.Checkpoint;
import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.rstr.Restart;
import dev.ckpt.rstr.RestartOptions;
import dev.ckpt.rstr.RestartedTask;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A task whose parent asked for another signal than SIGCHLD at its end. */
@Tag("live")
class ExitSignalLiveTest {
  private static LiveProgram start() throws IOException {
    LiveProgram parent =
        LiveProgram.start(Programs.folder().resolve("engine/exit_signal"), List.of("STATUS"));
    boolean done = false;
    try {
      parent.awaitReady();
      done = true;
      return parent;
    } finally {
      if (!done) {
        parent.close();
      }
    }
  }

  private static int child(LiveProgram parent) throws IOException {
    return ProcFs.of(parent.pid()).children(parent.pid()).get(0);
  }

  private static void dump(int pid, Path image, boolean stop) throws IOException {
    try (ImageFileOutput output = ImageFileOutput.create(image, false)) {
      Checkpoint.dump(CheckpointOptions.of(pid).withStop(stop).withSync(false), output);
    }
  }

  @Test
  void parentIsToldWhenTheTaskThatRanOnEnds() throws IOException {
    try (LiveProgram parent = start()) {
      dump(child(parent), parent.besides("image"), false);
      parent.go();
      assertEquals(0, parent.awaitExit());
      assertEquals(List.of("ready", "ok", "signalled", "parent ok"), parent.lines());
    }
  }

  @Test
  void newParentGetsTheUsualSignal() throws IOException {
    try (LiveProgram parent = start()) {
      int child = child(parent);
      Path image = parent.besides("image");
      dump(child, image, true);
      assertEquals(0, parent.awaitExit());
      assertEquals(List.of("ready", "signalled", "parent ok"), parent.lines());

      RestartedTask task;
      try (FileChannel channel = FileChannel.open(image)) {
        task = Restart.restore(RestartOptions.of(), channel);
      }
      assertTrue(task.notes().stream().anyMatch(note -> note.startsWith("exit signal")));
      parent.go();
      assertEquals(0, task.awaitExit());
      assertTrue(parent.lines().contains("ok"), () -> parent.describe());
    }
  }
}
