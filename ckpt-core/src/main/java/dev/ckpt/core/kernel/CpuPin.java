package dev.ckpt.core.kernel;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import java.lang.ref.Reference;

/**
 * Keeps the calling thread on one CPU until it is closed.
 *
 * <p>Threading: opened and closed by the thread that it is about. Source: sched_setaffinity(2).
 */
public final class CpuPin implements AutoCloseable {
  /** The kernel's masks are of CONFIG_NR_CPUS bits, 8192 at most. */
  private static final int MASK_BYTES = 1024;

  private final NativeBuffer before;
  private final int lenBytes;
  private final boolean there;

  private CpuPin(NativeBuffer before, int lenBytes, boolean there) {
    this.before = before;
    this.lenBytes = lenBytes;
    this.there = there;
  }

  /** Moves the calling thread to a CPU, if it may run there. */
  @MustBeClosed
  public static CpuPin to(int cpu) throws SyscallException {
    NativeBuffer before = NativeBuffer.allocate(MASK_BYTES);
    int lenBytes =
        (int)
            Call.check(
                LibC.syscall(Numbers.SCHED_GETAFFINITY, 0, MASK_BYTES, before.address(), 0, 0, 0),
                "",
                "sched_getaffinity",
                0,
                MASK_BYTES);
    NativeBuffer one = NativeBuffer.allocate(MASK_BYTES);
    int word = cpu / Long.SIZE * Long.BYTES;
    one.putLong(word, 1L << cpu % Long.SIZE);
    long moved = LibC.syscall(Numbers.SCHED_SETAFFINITY, 0, MASK_BYTES, one.address(), 0, 0, 0);
    Reference.reachabilityFence(one);
    return new CpuPin(before, lenBytes, moved == 0);
  }

  /** Whether it runs there; else the CPU is offline, or of another cpuset than ours. */
  public boolean isThere() {
    return there;
  }

  @Override
  public void close() throws SyscallException {
    Call.check(
        LibC.syscall(Numbers.SCHED_SETAFFINITY, 0, lenBytes, before.address(), 0, 0, 0),
        "",
        "sched_setaffinity",
        0,
        lenBytes);
    Reference.reachabilityFence(before);
  }
}
