package dev.ckpt.core.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.error.SyscallException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpawnTest {
  @TempDir private Path folder;

  private List<String> output(Spawn spawn) throws IOException {
    Path out = folder.resolve("out");
    try (Fd null0 = Fd.open("/dev/null", Fcntl.O_RDONLY);
        Fd file =
            Fd.open(
                Files.bytes(out.toString()),
                Fcntl.O_CREAT | Fcntl.O_TRUNC | Fcntl.O_WRONLY,
                0600)) {
      int pid = spawn.stdio(null0.number(), file.number(), file.number()).start();
      Ptrace.WaitResult end = Ptrace.waitFor(pid, 0);
      assertEquals(pid, end.pid());
      assertEquals(0, end.status(), () -> "status " + end.status());
    }
    return java.nio.file.Files.readAllLines(out, UTF_8);
  }

  private static Spawn shell(String script, String... arguments) {
    return Spawn.program("/bin/sh").arguments("-c", script).arguments(arguments);
  }

  @Test
  void passesArgumentsAndEnvironmentOnly() throws IOException {
    List<String> lines =
        output(
            shell("echo \"$0|$1|$X\"; tr '\\0' '\\n' < /proc/$$/environ", "a b", "ü")
                .environment(Map.of("X", "y z")));
    assertEquals("a b|ü|y z", lines.get(0));
    assertTrue(lines.stream().noneMatch(line -> line.startsWith("JAVA_HOME")), lines.toString());
    assertTrue(lines.contains("X=y z"), lines.toString());
  }

  @Test
  void inheritsStandardDescriptorsOnly() throws IOException {
    try (Fd other = Fd.open("/dev/null", Fcntl.O_RDONLY)) {
      // What the JVM's own libraries open may lack close-on-exec, as this one does now.
      assertEquals(0, other.fcntl(Fcntl.F_SETFD, 0));
      // No pipe and no listing: sh would open descriptors of its own for them.
      String script =
          "i=0; while [ $i -lt 300 ]; do [ -e /proc/$$/fd/$i ] && echo $i; i=$((i+1)); done";
      assertEquals(List.of("0", "1", "2"), output(shell(script)));
    }
  }

  /** A JVM blocks and catches some; a child must begin with none of that. */
  @Test
  void signalsStartClean() throws IOException {
    List<String> lines = output(shell("exec grep -E '^Sig(Blk|Ign|Pnd)' /proc/self/status"));
    assertEquals(3, lines.size());
    for (String line : lines) {
      // sh itself neither blocks nor ignores.
      assertTrue(
          line.endsWith("0000000000000000") || line.startsWith("SigBlk:\tfffffff"),
          lines.toString());
    }
    assertEquals(
        List.of("SigBlk:\t0000000000000000"),
        lines.stream().filter(line -> line.startsWith("SigBlk")).toList());
  }

  @Test
  void makesASessionWhenAsked() throws IOException {
    String script = "read a b c d e f g < /proc/$$/stat; echo $(($a == $f))";
    assertEquals(List.of("1"), output(shell(script).newSession()));
    assertEquals(List.of("0"), output(shell(script)));
  }

  @Test
  void aProgramThatIsNotThereIsAnError() {
    SyscallException e =
        assertThrows(SyscallException.class, () -> Spawn.program("/no/such").start());
    assertEquals(Errno.ENOENT, e.errno());
    assertEquals("posix_spawn", e.call());
  }
}
