package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.rstr.Custody;
import dev.ckpt.rstr.PidPolicy;
import dev.ckpt.rstr.Restart;
import dev.ckpt.rstr.RestartOptions;
import dev.ckpt.rstr.RestartedTask;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks that come back under other pids; the programs of the list do so by a {@link Scenario}. */
@Tag("live")
class NewPidLiveTest {
  @TempDir Path folder;

  private static LiveProgram start(String name) throws IOException {
    LiveProgram live = LiveProgram.start(new Programs.Program(name, "save", 0));
    live.awaitReady();
    return live;
  }

  private static RestartedTask restore(Path image) throws IOException {
    RestartOptions options = RestartOptions.of().withCustody(Custody.CHILD).withPids(PidPolicy.NEW);
    try (FileChannel channel = FileChannel.open(image)) {
      return Restart.restore(options, channel);
    }
  }

  @Test
  void copiesRunBesideTheOriginal() throws IOException {
    try (LiveProgram original = start("own_number")) {
      Path image = original.besides("image");
      original.dump(image, false);
      RestartedTask first = restore(image);
      RestartedTask second = restore(image);
      assertNotEquals(first.pid(), second.pid());
      assertEquals(first.pid(), first.ownPid());
      assertTrue(
          first
              .notes()
              .contains(
                  "pid: it was "
                      + original.pid()
                      + "; what the program has noted of that is not changed"),
          first.notes().toString());
      original.withVerdict(() -> {}).withNewPid().finish(0);
      assertEquals(0, Namespaced.awaitExit(first.pid()));
      assertEquals(0, Namespaced.awaitExit(second.pid()));
      assertEquals(List.of("ready", "ok", "ok", "ok"), original.lines());
    }
  }

  @Test
  void severalThreadsAreRefused() throws IOException {
    try (LiveProgram live = start("threads")) {
      Path image = live.besides("image");
      live.dump(image, true);
      List<Integer> children = Namespaced.children();
      UnsupportedStateException e =
          assertThrows(UnsupportedStateException.class, () -> restore(image));
      assertEquals(RefusalCode.NEW_PID, e.code());
      assertEquals(children, Namespaced.children());
      live.restore(image, false);
      live.finish(0);
    }
  }

  @Test
  void theCommandTakesOneOfBoth() throws IOException {
    CkptOutcome outcome =
        CkptOutcome.of(folder, List.of(), "restore", "image", "--new-pid", "--pid-namespace");
    assertEquals(2, outcome.code(), outcome.toString());
    assertTrue(outcome.err().contains("cannot be given together"), outcome.toString());
  }
}
