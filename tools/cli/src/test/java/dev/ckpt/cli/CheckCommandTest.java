package dev.ckpt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class CheckCommandTest {
  @Test
  void hasALineForEachAbility() {
    CommandRun run = CommandRun.of("check");

    assertTrue(List.of(ExitCode.DONE, ExitCode.REFUSED).contains(run.code()), run.err());
    for (String name :
        new String[] {
          "kernel",
          "ptrace",
          "kcmp",
          "pidfd_getfd",
          "vdso room",
          "PTRACE_GET_RSEQ_CONFIGURATION",
          "PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG",
          "PAGEMAP_SCAN",
          "UFFD_FEATURE_WP_ASYNC",
          "map_files",
          "O_TMPFILE here",
          "clone3 set_tid",
          "page reader vm-readv"
        }) {
      assertEquals(
          1,
          run.out().lines().filter(line -> line.matches(name + " +(yes|no) .*")).count(),
          name + "\n" + run.out());
    }
  }

  @Test
  void theVerdictIsInTheExitCode() {
    CommandRun run = CommandRun.of("check", "--json");

    boolean all = run.out().startsWith("{\"dump\":true,\"restore\":true,");
    assertEquals(all ? ExitCode.DONE : ExitCode.REFUSED, run.code());
  }

  @Test
  void refusesItself() {
    CommandRun run = CommandRun.of("check", Long.toString(ProcessHandle.current().pid()));

    assertEquals(ExitCode.REFUSED, run.code());
    assertTrue(run.out().contains("TASK_SELF: "), run.out());
  }
}
