package dev.ckpt.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Spawn;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.TaskState;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Looks at children of ours from outside; nothing is traced. */
class SurveyTest {
  /** A child that sleeps until it is killed. */
  private static final class Sleeper implements AutoCloseable {
    private final int pid;

    Sleeper(String program, String... arguments) throws CkptException {
      try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDWR)) {
        int fd = nothing.number();
        pid = Spawn.program(program).arguments(arguments).stdio(fd, fd, fd).start();
      }
    }

    /** Waits until it has become sleep. */
    Sleeper asleep() throws CkptException {
      await(() -> ProcFs.of(pid).comm(pid).toString().equals("sleep"));
      await(() -> ProcFs.of(pid).stat().state() == TaskState.SLEEPING);
      return this;
    }

    @Override
    public void close() throws CkptException {
      Signals.kill(pid, Signals.SIGKILL);
      Ptrace.waitFor(pid, 0);
    }
  }

  private interface Condition {
    boolean holds() throws CkptException;
  }

  private static void await(Condition condition) throws CkptException {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.holds()) {
      assertTrue(System.nanoTime() < end, "did not happen");
      LockSupport.parkNanos(100_000);
    }
  }

  private static Set<String> codes(int pid) throws CkptException {
    Set<String> codes = new TreeSet<>();
    for (Refusal refusal : Checkpoint.obstacles(pid)) {
      if (refusal.code() == RefusalCode.NO_MEMORY_MODULE) {
        // True of these tests: ckpt-mem is not on their class path.
        continue;
      }
      assertTrue(refusal.object().startsWith("[pid " + pid + "] "), refusal.toString());
      assertFalse(refusal.remedy().isBlank(), refusal.toString());
      codes.add(refusal.code().name());
    }
    return codes;
  }

  /** What a plain child has by where these tests run, such as a seccomp filter. */
  private static Set<String> usual() throws CkptException {
    try (Sleeper plain = new Sleeper("/bin/sleep", "1000")) {
      return codes(plain.asleep().pid);
    }
  }

  private static Set<String> unusual(int pid) throws CkptException {
    Set<String> codes = codes(pid);
    codes.removeAll(usual());
    return codes;
  }

  @Test
  void refusesItself() throws CkptException {
    assertEquals(Set.of("TASK_SELF"), codes(Tasks.self()));
  }

  @Test
  void refusesAMissingProcess() throws CkptException {
    assertEquals(Set.of("TASK_NONE"), codes(Integer.MAX_VALUE));
  }

  @Test
  void initIsRefusedOrDenied() {
    List<Refusal> refusals;
    try {
      refusals = Checkpoint.obstacles(1);
    } catch (CkptException e) {
      // Not ours to look at.
      assertFalse(e instanceof TargetGoneException, e.toString());
      return;
    }
    assertFalse(refusals.isEmpty(), "it has children at least: us");
  }

  @Test
  void refusesAKernelThread() throws CkptException {
    assumeTrue(new File("/proc/2").exists(), "in a pid namespace without kernel threads");
    assumeTrue(ProcFs.of(2).comm(2).toString().equals("kthreadd"));
    assertEquals(Set.of("TASK_KERNEL_THREAD"), codes(2));
  }

  @Test
  void refusesAThread() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    int[] tid = new int[1];
    CountDownLatch started = new CountDownLatch(1);
    Thread thread =
        new Thread(
            () -> {
              tid[0] = Tasks.selfThread();
              started.countDown();
              try {
                done.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    thread.start();
    try {
      started.await();
      assertEquals(Set.of("TASK_IS_THREAD"), codes(tid[0]));
    } finally {
      done.countDown();
      thread.join();
    }
  }

  @Test
  void refusesAZombie() throws CkptException {
    int pid = Spawn.program("/bin/true").start();
    try {
      await(() -> ProcFs.of(pid).stat().state().ended());
      assertEquals(Set.of("TASK_ZOMBIE"), codes(pid));
    } finally {
      Ptrace.waitFor(pid, 0);
    }
  }

  @Test
  void refusesAChildThatTheJvmWaitsFor() throws Exception {
    Process process = new ProcessBuilder("sleep", "1000").start();
    try {
      int pid = Math.toIntExact(process.pid());
      await(() -> ProcFs.of(pid).comm(pid).toString().equals("sleep"));
      // The thread that waits takes its time to start.
      await(() -> codes(pid).contains("TASK_WAITED_FOR"));
    } finally {
      process.destroyForcibly();
      process.waitFor();
    }
  }

  @Test
  void takesAStoppedTask() throws CkptException {
    try (Sleeper sleeper = new Sleeper("/bin/sleep", "1000")) {
      Signals.kill(sleeper.asleep().pid, Signals.SIGSTOP);
      await(() -> ProcFs.of(sleeper.pid).stat().state() == TaskState.STOPPED);
      assertEquals(Set.of(), unusual(sleeper.pid));
    }
  }

  @Test
  void refusesAParent() throws CkptException {
    try (Sleeper shell = new Sleeper("/bin/sh", "-c", "sleep 1000 & wait")) {
      await(() -> !ProcFs.of(shell.pid).children(shell.pid).isEmpty());
      int child = ProcFs.of(shell.pid).children(shell.pid).get(0);
      try {
        assertTrue(unusual(shell.pid).contains("TASK_CHILDREN"));
      } finally {
        Signals.kill(child, Signals.SIGKILL);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/usr/bin/nice -n 5,",
    "/usr/bin/chrt --batch 0,",
    "/usr/bin/chrt --idle 0,",
    "/usr/bin/ionice -c 2 -n 7,",
    "/usr/bin/ionice -c 3,",
    "/usr/bin/taskset 1,",
    "/usr/bin/setpriv --no-new-privs,"
  })
  void refusesNoMoreThanItMustOfWhatWasSetBeforeExec(String command, String code)
      throws CkptException {
    String[] words = (command + " sleep 1000").split(" ");
    assumeTrue(new File(words[0]).canExecute(), words[0] + " is not installed");
    List<String> arguments = List.of(words).subList(1, words.length);
    try (Sleeper sleeper = new Sleeper(words[0], arguments.toArray(String[]::new))) {
      assertEquals(code == null ? Set.of() : Set.of(code), unusual(sleeper.asleep().pid));
    }
  }

  @Test
  void takesAFolderThatIsGone() throws IOException {
    String script = "d=$(mktemp -d) && cd $d && rmdir $d && exec sleep 1000";
    try (Sleeper sleeper = new Sleeper("/bin/sh", "-c", script)) {
      assertEquals(Set.of(), unusual(sleeper.asleep().pid));
    }
  }

  @Test
  void refusesAnotherNamespace() throws CkptException {
    assumeTrue(new File("/usr/bin/unshare").canExecute(), "no unshare");
    try (Sleeper sleeper = new Sleeper("/usr/bin/unshare", "--uts", "sleep", "1000")) {
      await(
          () ->
              !ProcFs.of(sleeper.pid).comm(sleeper.pid).toString().equals("unshare")
                  || ProcFs.of(sleeper.pid).stat().state().ended());
      assumeTrue(!ProcFs.of(sleeper.pid).stat().state().ended(), "needs privilege");
      assertTrue(unusual(sleeper.pid).contains("NAMESPACE"));
    }
  }
}
