package dev.ckpt.core.checkpoint;

import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.kernel.CpuPin;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.ProcMissingException;
import dev.ckpt.core.proc.Sched;
import dev.ckpt.core.proc.SyscallState;
import dev.ckpt.core.tracee.x86_64.RelativeTimeout;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.error.CkptException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;

/**
 * How long the threads of a task have been asleep in their calls when it is frozen. The kernel
 * shows a restart block to nobody. But the scheduler notes when a thread last gave up its CPU, and
 * how often it did: so we look before the freeze, and count again in it. If only our stop has woken
 * the thread, it slept from then till now.
 *
 * <p>An answer is never too large: what is left of a time-out is never too little, and no restored
 * thread wakes too early. A sleep that was interrupted before (by SIGSTOP, by an earlier dump)
 * counts from its last interruption.
 */
final class Sleeps {
  /**
   * A thread asleep in a call.
   *
   * @param beganNanos since when, as System.nanoTime has it, or later
   * @param wchan the kernel function that it sleeps in
   */
  private record Sleep(long beganNanos, long nrVoluntarySwitches, String wchan) {}

  private static final long SHORTEST_NANOS = 1;
  private static final int CLOCK_TRIES = 3;

  private final int pid;
  private final Map<Integer, Sleep> sleeps = new HashMap<>();
  private final Map<Integer, OptionalLong> clockOffsets = new HashMap<>();

  private Sleeps(int pid) {
    this.pid = pid;
  }

  /** Looks at every thread of a running task. On the thread that may be moved from CPU to CPU. */
  static Sleeps look(int pid) throws CkptException {
    Sleeps sleeps = new Sleeps(pid);
    for (int tid : ProcFs.of(pid).tasks()) {
      try {
        sleeps.lookAt(tid);
      } catch (TargetGoneException e) {
        if (tid == pid) {
          throw e;
        }
      } catch (ProcMissingException e) {
        // A kernel without CONFIG_SCHED_DEBUG: time-outs start over.
        return sleeps;
      }
    }
    return sleeps;
  }

  private void lookAt(int tid) throws CkptException {
    ProcFs proc = ProcFs.of(pid);
    if (proc.syscall(tid).kind() != SyscallState.Kind.INSIDE) {
      return;
    }
    int cpu = proc.stat(tid).processor();
    OptionalLong offset = clockOffset(cpu);
    Sched sched = proc.sched(tid);
    boolean sleptOn = proc.stat(tid).processor() == cpu;
    if (offset.isPresent() && sleptOn) {
      sleeps.put(
          tid,
          new Sleep(
              sched.execStartNanos() + offset.getAsLong(),
              sched.nrVoluntarySwitches(),
              proc.wchan(tid)));
    }
  }

  /**
   * What to add to a CPU's own clock to get the monotonic one; at least that. We go to that CPU,
   * fall asleep and wake up, and read what the scheduler then noted of us.
   */
  private OptionalLong clockOffset(int cpu) throws CkptException {
    OptionalLong known = clockOffsets.get(cpu);
    if (known != null) {
      return known;
    }
    OptionalLong offset = OptionalLong.empty();
    try (CpuPin pin = CpuPin.to(cpu)) {
      if (pin.isThere()) {
        offset = OptionalLong.of(clockOffsetHere());
      }
    }
    clockOffsets.put(cpu, offset);
    return offset;
  }

  /** Somebody else may get the CPU between the two clocks: the smallest answer is the best. */
  private static long clockOffsetHere() throws CkptException {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < CLOCK_TRIES; i++) {
      LockSupport.parkNanos(SHORTEST_NANOS);
      Sched own = ProcFs.of(Tasks.self()).sched(Tasks.selfThread());
      least = Math.min(least, System.nanoTime() - own.execStartNanos());
    }
    return least;
  }

  /**
   * What is left of a frozen thread's time-out.
   *
   * @param regs as it was stopped, with the number of the interrupted call
   * @param frozenNanos when the first thread was told to stop, as System.nanoTime has it
   * @return at least one nanosecond; nothing when it has no relative time-out, or nobody can tell
   */
  OptionalLong left(int tid, UserRegs regs, RemoteMemory memory, long frozenNanos)
      throws CkptException {
    Optional<RelativeTimeout> timeout = RelativeTimeout.of(regs, memory);
    if (timeout.isEmpty()) {
      return OptionalLong.empty();
    }
    long left = timeout.get().nanos();
    Sleep sleep = sleeps.get(tid);
    if (!timeout.get().isLeft() && sleep != null && onlyWeWoke(tid, sleep)) {
      left -= Math.max(0, frozenNanos - sleep.beganNanos());
    }
    return OptionalLong.of(Math.max(1, left));
  }

  /** The kernel function that a frozen thread slept in until our stop; empty if nobody can tell. */
  Optional<String> wchan(int tid) throws CkptException {
    Sleep sleep = sleeps.get(tid);
    return sleep != null && onlyWeWoke(tid, sleep) ? Optional.of(sleep.wchan()) : Optional.empty();
  }

  /** It gave up the CPU once more: to stop for us. */
  private boolean onlyWeWoke(int tid, Sleep sleep) throws CkptException {
    long now = ProcFs.of(pid).sched(tid).nrVoluntarySwitches();
    return now == sleep.nrVoluntarySwitches() + 1;
  }
}
