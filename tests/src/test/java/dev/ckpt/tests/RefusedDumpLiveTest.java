package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.checkpoint.Checkpoint;
import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Spawn;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.TaskState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A dump that is refused changes nothing: not even a call that waits notices that it was stopped.
 */
@Tag("live")
class RefusedDumpLiveTest {
  /** Out-of-band data: keeps a task from being dumped, and is seen only when it is stopped. */
  private static final String OBSTACLE =
      "socketpair(my $near, my $far, 1, 1, 0) or die; send($near, '!', 1) or die;";

  private static final String SOCKETS =
      "socketpair(my $one, my $two, 1, 1, 0) or die;"
          + " setsockopt($one, 1, 20, pack('qq', 1000, 0)) or die;"
          + " my $fd = fileno($one);";

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "epoll_wait,'my $e = syscall(291, 0);','syscall(232, $e, $buffer, 1, -1)'",
    "epoll_pwait,'my $e = syscall(291, 0);','syscall(281, $e, $buffer, 1, -1, 0, 8)'",
    "rt_sigtimedwait,'my $set = pack(\"q\", 512); syscall(14, 0, $set, 0, 8);',"
        + "'syscall(128, $set, 0, 0, 8)'",
    "recvfrom,SOCKETS,'syscall(45, $fd, $buffer, 1, 0, 0, 0)'",
    "read,SOCKETS,'syscall(0, $fd, $buffer, 1)'",
    "nanosleep,'my $t = pack(\"qq\", 1000, 0);','syscall(35, $t, 0)'",
    "pause,'','syscall(34)'",
    "poll,'','syscall(7, 0, 0, 1000000)'",
    "select,'','syscall(23, 0, 0, 0, 0, 0)'",
    "futex,'my $f = pack(\"q\", 0);','syscall(202, $f, 0, 0, 0, 0, 0)'"
  })
  void aCallThatWaitsGoesOn(String name, String before, String call, @TempDir Path folder)
      throws IOException {
    String prepare = before == null ? "" : before.replace("SOCKETS", SOCKETS);
    String script =
        "$| = 1; "
            + OBSTACLE
            + prepare
            + " my $buffer = \"\\0\" x 64; print \"ready\\n\";"
            + " my $n = "
            + call
            + "; print \"returned $n $!\\n\"; sleep 1000;";
    Path out = folder.resolve("out");
    int pid = start(script, out);
    try {
      awaitCall(pid, out);
      for (int i = 0; i < 3; i++) {
        refusedDump(pid, folder.resolve("image"));
        awaitCall(pid, out);
      }
      assertEquals("ready\n", Files.readString(out));
    } finally {
      Signals.kill(pid, Signals.SIGKILL);
      Ptrace.waitFor(pid, 0);
    }
  }

  private static int start(String script, Path out) throws IOException {
    Path perl = Programs.needed("perl");
    try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDWR);
        Fd file =
            Fd.open(
                out.toString().getBytes(UTF_8),
                Fcntl.O_CREAT | Fcntl.O_WRONLY | Fcntl.O_APPEND,
                0600)) {
      return Spawn.program(perl.toString())
          .arguments("-e", script)
          .stdio(nothing.number(), file.number(), file.number())
          .newSession()
          .start();
    }
  }

  /** Waits until it sleeps; it has said more than ready if its call came back. */
  private static void awaitCall(int pid, Path out) throws IOException {
    Await.until(
        "ready and asleep",
        () ->
            Files.readString(out).startsWith("ready")
                && ProcFs.of(pid).stat().state() == TaskState.SLEEPING,
        () -> "pid " + pid);
    assertEquals("ready\n", Files.readString(out));
  }

  private static void refusedDump(int pid, Path image) throws IOException {
    try (ImageFileOutput output = ImageFileOutput.create(image, false)) {
      UnsupportedStateException e =
          assertThrows(
              UnsupportedStateException.class,
              () -> Checkpoint.dump(CheckpointOptions.of(pid).withSync(false), output));
      assertTrue(
          e.refusals().stream().anyMatch(refusal -> refusal.code().name().equals("SOCKET_OOB")),
          e.getMessage());
    }
    assertFalse(Files.exists(image));
  }
}
