package dev.ckpt.core.checkpoint;

import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.Stat;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.RemoteCall;
import dev.ckpt.format.record.TaskThread;
import java.util.List;

/** What a thread has switched on for itself by prctl(2). */
final class ThreadFlags {
  private static final int PR_GET_TSC = 25;
  private static final int PR_MCE_KILL_GET = 34;
  private static final int PR_GET_IO_FLUSHER = 58;
  private static final int PR_TSC_SIGSEGV = 2;
  private static final int PR_MCE_KILL_LATE = 0;
  private static final int PR_MCE_KILL_EARLY = 1;

  /** PF_MEMALLOC_NOIO and PF_LOCAL_THROTTLE (include/linux/sched.h). */
  private static final long PR_IO_FLUSHER = 0x00080000 | 0x00100000;

  /** All that is asked of a thread. */
  static final List<RemoteCall> QUESTIONS =
      List.of(
          RemoteCall.question("prctl(PR_GET_TSC)", SyscallNumbers.PRCTL, PR_GET_TSC),
          RemoteCall.question("prctl(PR_MCE_KILL_GET)", SyscallNumbers.PRCTL, PR_MCE_KILL_GET),
          RemoteCall.question("prctl(PR_GET_IO_FLUSHER)", SyscallNumbers.PRCTL, PR_GET_IO_FLUSHER));

  private final Batch batch;
  private final Batch.Data tsc;
  private final Batch.Result mceKill;
  private final Batch.Result ioFlusher;

  private ThreadFlags(Batch batch) {
    this.batch = batch;
    this.tsc = batch.space(Integer.BYTES);
    batch.call("prctl(PR_GET_TSC)", SyscallNumbers.PRCTL, PR_GET_TSC, tsc);
    this.mceKill = batch.call("prctl(PR_MCE_KILL_GET)", SyscallNumbers.PRCTL, PR_MCE_KILL_GET);
    this.ioFlusher =
        batch.tryCall("prctl(PR_GET_IO_FLUSHER)", SyscallNumbers.PRCTL, PR_GET_IO_FLUSHER);
  }

  /** The questions. */
  static ThreadFlags ask(Batch batch) {
    return new ThreadFlags(batch);
  }

  /** What the thread answered, as bits of {@link TaskThread#flags}. */
  int answer(Stat stat) {
    long kill = batch.result(mceKill);
    return (batch.getInt(tsc, 0) == PR_TSC_SIGSEGV ? TaskThread.TSC_SIGSEGV : 0)
        | (kill == PR_MCE_KILL_LATE ? TaskThread.MCE_KILL_LATE : 0)
        | (kill == PR_MCE_KILL_EARLY ? TaskThread.MCE_KILL_EARLY : 0)
        | (isIoFlusher(stat) ? TaskThread.IO_FLUSHER : 0);
  }

  /** NB: it takes CAP_SYS_RESOURCE to ask, which a thread may have given up since. */
  private boolean isIoFlusher(Stat stat) {
    long answer = batch.result(ioFlusher);
    return answer == -Errno.EPERM ? (stat.flags() & PR_IO_FLUSHER) == PR_IO_FLUSHER : answer > 0;
  }
}
