package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ckpt.core.checkpoint.Checkpoint;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.PipePair;
import dev.ckpt.rstr.RestartOptions;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
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
    return refusals(live, image, RestartOptions.of());
  }

  private static List<String> refusals(LiveProgram live, Path image, RestartOptions options) {
    UnsupportedStateException refused =
        assertThrows(UnsupportedStateException.class, () -> live.restore(image, options));
    return refused.refusals().stream().map(refusal -> refusal.code().name()).distinct().toList();
  }

  private static RestartOptions inherit(int fd, Path file) {
    return RestartOptions.of().withInheritFds(Map.of(fd, file));
  }

  @Test
  void checkForetellsAPipeToAnotherProcess() throws IOException {
    Path program = Programs.folder().resolve("stdout_lines");
    try (PipePair pipe = PipePair.open(0);
        LiveProgram live =
            LiveProgram.start(
                program,
                List.of("STATUS"),
                LiveProgram.newFolder(),
                pipe.readEnd().number(),
                pipe.writeEnd().number())) {
      live.awaitReady();
      List<String> foretold =
          Checkpoint.obstacles(live.pid()).stream()
              .map(refusal -> refusal.code().name())
              .distinct()
              .toList();
      assertEquals(List.of("PIPE_OUTSIDE"), foretold);
    }
  }

  @Test
  void anotherFileTakesThePlaceOfOneThatIsGone() throws IOException {
    Path base = LiveProgram.newFolder();
    Path old = base.resolve("old");
    Path program = Programs.folder().resolve("stdout_lines");
    try (Fd in = Fd.open("/dev/null", Fcntl.O_RDONLY);
        Fd out = Fd.open(old.toString().getBytes(UTF_8), Fcntl.O_WRONLY | Fcntl.O_CREAT, 0600);
        LiveProgram live =
            LiveProgram.start(program, List.of("STATUS"), base, in.number(), out.number())) {
      live.awaitReady();
      Path image = live.besides("image");
      live.dump(image, true);
      Files.delete(old);
      Path fresh = base.resolve("fresh");
      assertEquals(List.of("FILE_GONE"), refusals(live, image));
      assertEquals(List.of("FILE_GONE"), refusals(live, image, inherit(0, Path.of("/dev/zero"))));
      assertEquals(List.of("INHERIT_FILE"), refusals(live, image, inherit(0, fresh)));
      assertEquals(List.of("FD_NOT_OPEN"), refusals(live, image, inherit(77, fresh)));
      assertEquals(List.of("INHERIT_FILE"), refusals(live, image, inherit(1, base)));
      RestartOptions oneIsWrong =
          RestartOptions.of().withInheritFds(Map.of(0, fresh.resolve("x"), 1, fresh));
      assertEquals(List.of("INHERIT_FILE"), refusals(live, image, oneIsWrong));
      assertFalse(Files.exists(fresh), "made in vain");
      Files.writeString(fresh, "there\n");
      // Standard error comes along: both were made by one open(2).
      live.restore(image, inherit(1, fresh));
      live.finish(0);
      assertEquals("there\nafter\n", Files.readString(fresh));
      assertFalse(Files.exists(old));
    }
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
