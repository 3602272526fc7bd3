package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A comparison that sees nothing would never fail: so it is shown what it has to see. */
@Tag("live")
class OutsideViewLiveTest {
  private static final int ADDR_NO_RANDOMIZE = 0x40000;
  private static final int MADV_DONTFORK = 10;
  private static final int PROT_READ = 1;

  /** Changes a task. */
  private interface Change {
    void make() throws IOException;
  }

  private static void expectSeen(StubTask task, String fact, Change change) throws IOException {
    int pid = task.target().pid();
    OutsideView before = OutsideView.of(pid);
    assertEquals(List.of(), before.differences(OutsideView.of(pid)));
    change.make();
    List<String> seen = before.differences(OutsideView.of(pid));
    assertTrue(seen.stream().anyMatch(text -> text.matches(fact)), fact + " is not in " + seen);
  }

  @Test
  void seesChangesOfTheTask() throws IOException {
    StubTask.with(
        task -> {
          expectSeen(
              task,
              "task .* status Umask: .* -> 0777",
              () -> task.call("umask", SyscallNumbers.UMASK, 0777));
          expectSeen(
              task,
              "task .* personality: .*",
              () -> task.call("personality", SyscallNumbers.PERSONALITY, ADDR_NO_RANDOMIZE));
          expectSeen(
              task,
              "fd 99: none -> /dev/null",
              () -> task.call("dup2", SyscallNumbers.DUP2, 0, 99));
          expectSeen(
              task,
              "task .* status ShdPnd: 0+ -> 0*200",
              () -> Signals.kill(task.target().pid(), Signals.SIGUSR1));
        });
  }

  @Test
  void seesChangesOfMappings() throws IOException {
    StubTask.with(
        task -> {
          PageRange all = task.map(8);
          PageRange part = new PageRange(all.address() + PageRange.PAGE_SIZE, 2);
          String start = Long.toHexString(part.address());
          expectSeen(
              task, "vma " + start + ": none -> .* r--p .*", () -> task.protect(part, PROT_READ));
          expectSeen(
              task,
              "vma " + start + ": .* -> .* dc.*",
              () ->
                  task.call(
                      "madvise",
                      SyscallNumbers.MADVISE,
                      part.address(),
                      part.lenBytes(),
                      MADV_DONTFORK));
          expectSeen(task, "vma " + start + ": .* -> none", () -> task.unmap(part));
        });
  }
}
