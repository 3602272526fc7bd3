package dev.ckpt.rstr;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Clocks;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.TimensOffsets;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.TimeNs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * The clocks of the task. In another boot the machine's monotonic clock stands elsewhere, mostly
 * far behind: a program would see it jump back, and sleep for days. So the task gets a time
 * namespace of its own there: CLOCK_MONOTONIC goes on from where it stood at the dump, as after a
 * suspension, and CLOCK_BOOTTIME counts the time in between as well. In the same boot it gets the
 * clocks that it had, which are ours unless it had a time namespace already.
 */
final class TimeNamespace {
  static final int CLONE_NEWTIME = 0x80;

  private static final int CAP_SYS_ADMIN = 21;
  private static final int CAP_SYS_TIME = 25;
  private static final Path SUPPORT = Path.of("/proc/self/ns/time");

  private final TimensOffsets ours;
  private final TimensOffsets wanted;
  private final boolean sameBoot;
  private final boolean possible;

  private TimeNamespace(
      TimensOffsets ours, TimensOffsets wanted, boolean sameBoot, boolean possible) {
    this.ours = ours;
    this.wanted = wanted;
    this.sameBoot = sameBoot;
    this.possible = possible;
  }

  /** Finds out which clocks the task is to have, from now on. */
  static TimeNamespace of(ImageState state) throws CkptException {
    TimensOffsets ours = ProcFs.of(Tasks.self()).timensOffsets();
    boolean sameBoot = state.header().bootId().equals(ProcFs.bootId());
    boolean possible =
        Files.exists(SUPPORT)
            && Checks.hasCapability(CAP_SYS_ADMIN)
            && Checks.hasCapability(CAP_SYS_TIME);
    TimensOffsets then = atDump(state);
    TimensOffsets wanted = sameBoot ? then : goingOn(state.header(), then, ours);
    return new TimeNamespace(ours, wanted, sameBoot, possible);
  }

  private static TimensOffsets atDump(ImageState state) throws CkptException {
    return state.all(TimeNs.class).stream()
        .findFirst()
        .map(own -> new TimensOffsets(own.monotonicNanos(), own.boottimeNanos()))
        .orElse(TimensOffsets.NONE);
  }

  private static TimensOffsets goingOn(Header header, TimensOffsets then, TimensOffsets ours)
      throws SyscallException {
    // NB: the wall clock may have been set back meanwhile.
    long away = Math.max(0, Clocks.now(Clocks.CLOCK_REALTIME) - header.realtimeNanos());
    return new TimensOffsets(
        header.monotonicNanos() + then.monotonicNanos() - machineTime(Clocks.CLOCK_MONOTONIC, ours),
        header.boottimeNanos()
            + then.boottimeNanos()
            + away
            - machineTime(Clocks.CLOCK_BOOTTIME, ours));
  }

  private static long machineTime(int clockId, TimensOffsets ours) throws SyscallException {
    return Clocks.now(clockId) - ours.of(clockId);
  }

  /** Refuses a clock that would go back, and tells of one that jumps. */
  void check(Checks checks) {
    if (wanted.equals(ours)) {
      return;
    }
    TimensOffsets lost = wanted.minus(ours);
    if (possible) {
      if (!sameBoot) {
        checks.note("clock: dumped in another boot; its own time namespace lets its clocks go on");
      }
    } else if (lost.monotonicNanos() > 0 || lost.boottimeNanos() > 0) {
      checks.refuse(
          RefusalCode.CLOCK_BACK,
          "the clocks of the task would go back by "
              + Duration.ofNanos(Math.max(lost.monotonicNanos(), lost.boottimeNanos())).toSeconds()
              + " s",
          "restore it as root, on a kernel with time namespaces (CONFIG_TIME_NS)");
    } else {
      checks.note(
          "clock: dumped in another boot, so the monotonic clock jumps ahead by "
              + Duration.ofNanos(-lost.monotonicNanos()).toSeconds()
              + " s for it");
    }
  }

  /** Whether the task gets a time namespace other than ours. */
  private boolean isMade() {
    return possible && !wanted.equals(ours);
  }

  /** Sees to it that the next child of the stub has the clocks of the task. */
  void enter(int stub, RemoteSyscalls calls) throws CkptException {
    if (!isMade()) {
      return;
    }
    Batch batch = calls.batch();
    batch.call("unshare(CLONE_NEWTIME)", SyscallNumbers.UNSHARE, CLONE_NEWTIME);
    calls.run(batch);
    String path = "/proc/" + stub + "/timens_offsets";
    try {
      Files.writeString(Path.of(path), wanted.text(), StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new CkptException(
          FailureCode.SYSCALL_FAILED,
          "[pid " + stub + "] write " + path + ": " + e.getMessage(),
          e);
    }
  }

  /** How far a clock of the task is ahead of the same clock of ours, in nanoseconds. */
  long ahead(int clockId) {
    return isMade() ? wanted.minus(ours).of(clockId) : 0;
  }
}
