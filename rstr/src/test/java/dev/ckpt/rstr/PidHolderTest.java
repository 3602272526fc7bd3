package dev.ckpt.rstr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.Tasks;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PidHolderTest {
  private static final int PATIENCE_SECONDS = 60;

  private static String about(int pid) {
    assertEquals("PID_TAKEN", PidHolder.refusal(pid).code().name());
    return PidHolder.refusal(pid).object();
  }

  @Test
  void aProcessHasIt() {
    int pid = Tasks.self();
    assertEquals("pid " + pid + " is in use by process " + pid + " (java)", about(pid));
  }

  @Test
  void aThreadHasIt() throws InterruptedException {
    int[] tid = new int[1];
    String[] said = new String[1];
    Thread thread =
        new Thread(
            () -> {
              tid[0] = Tasks.selfThread();
              said[0] = about(tid[0]);
            });
    thread.start();
    thread.join();
    String owner = Tasks.self() + " (java)";
    assertEquals("pid " + tid[0] + " is a thread of process " + owner, said[0]);
  }

  @Test
  void aZombieHasIt() throws IOException, InterruptedException {
    // NB: a shell may wait for its child before we look.
    String program = "$| = 1; my $child = fork or exit; print \"$child\\n\"; sleep 1000";
    try (Teller parent = new Teller("perl", "-e", program)) {
      int child = parent.number();
      parent.awaitZombie(child);
      String said = about(child);
      assertTrue(said.startsWith("pid " + child + " is a zombie, for which its parent "), said);
      assertTrue(said.contains(parent.pid() + " (perl)"), said);
    }
  }

  @Test
  void aSessionHasIt() throws IOException, InterruptedException {
    try (Teller shell = new Teller("setsid", "sh", "-c", "sleep 1000 & echo $!")) {
      int member = shell.number();
      try {
        shell.awaitEnd();
        // The shell's child is a shell before it is what it executes.
        Teller.awaitStat(member, "(sleep)");
        assertEquals(
            "pid "
                + shell.pid()
                + " is the number of a session that process "
                + member
                + " (sleep) is in",
            about(shell.pid()));
      } finally {
        ProcessHandle.of(member).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
  }

  /** A program that says one number. */
  private static final class Teller implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    Teller(String... words) throws IOException {
      process = new ProcessBuilder(words).redirectErrorStream(true).start();
      output =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    }

    int pid() {
      return (int) process.pid();
    }

    int number() throws IOException {
      return Integer.parseInt(output.readLine());
    }

    void awaitEnd() throws InterruptedException {
      assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    void awaitZombie(int child) throws IOException, InterruptedException {
      awaitStat(child, ") Z ");
    }

    /** Until its stat says so. */
    static void awaitStat(int pid, String part) throws IOException, InterruptedException {
      Path stat = Path.of("/proc/" + pid + "/stat");
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (!Files.readString(stat).contains(part)) {
        assertTrue(System.nanoTime() < end, "it does not come to " + part);
        TimeUnit.MILLISECONDS.sleep(5);
      }
    }

    @Override
    public void close() throws IOException {
      process.destroyForcibly();
      output.close();
    }
  }
}
