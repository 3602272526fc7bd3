package dev.ckpt.core.kernel;

import dev.ckpt.core.error.SyscallException;
import java.lang.ref.Reference;

/**
 * How the kernel schedules one thread, by number from outside: policy, CPUs, I/O priority ({@code
 * linux/sched.h}, {@code linux/sched/types.h}, {@code linux/ioprio.h}).
 */
public final class Scheduler {
  public static final int SCHED_NORMAL = 0;
  public static final int SCHED_FIFO = 1;
  public static final int SCHED_RR = 2;
  public static final int SCHED_BATCH = 3;
  public static final int SCHED_IDLE = 5;
  public static final int SCHED_DEADLINE = 6;
  public static final int SCHED_FLAG_UTIL_CLAMP = 0x60;
  public static final int IOPRIO_CLASS_SHIFT = 13;

  private static final int IOPRIO_WHO_PROCESS = 1;
  private static final int SCHED_ATTR_SIZE_VER1 = 56;

  private Scheduler() {}

  /**
   * struct sched_attr.
   *
   * @param nice of the ordinary policies; 0 in the others, which keep it elsewhere
   * @param priority real-time priority, 0 in the ordinary policies
   * @param runtimeNanos of SCHED_DEADLINE; in the ordinary policies the slice (Linux 6.12)
   */
  public record Attr(
      int policy,
      long flags,
      int nice,
      int priority,
      long runtimeNanos,
      long deadlineNanos,
      long periodNanos,
      int utilMin,
      int utilMax) {
    /** Whether the policy is an ordinary one, with nice value and slice. */
    public boolean fair() {
      return setsNice() || policy == SCHED_IDLE;
    }

    // Written out: see Index.Entry.
    @Override
    public boolean equals(Object other) {
      return other instanceof Attr that
          && policy == that.policy
          && flags == that.flags
          && nice == that.nice
          && priority == that.priority
          && runtimeNanos == that.runtimeNanos
          && deadlineNanos == that.deadlineNanos
          && periodNanos == that.periodNanos
          && utilMin == that.utilMin
          && utilMax == that.utilMax;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(runtimeNanos);
    }

    /** Whether nice value and slice are set along with the policy; others keep what was there. */
    public boolean setsNice() {
      return policy == SCHED_NORMAL || policy == SCHED_BATCH;
    }

    /**
     * The same with a slice of 0 where it is what any thread has that did not choose one. The
     * kernel does not tell whether one did; ours is taken for the usual.
     */
    public Attr withoutUsualSlice() throws SyscallException {
      boolean usual = fair() && runtimeNanos == attr(0).runtimeNanos();
      return usual ? new Attr(policy, flags, nice, priority, 0, 0, 0, utilMin, utilMax) : this;
    }

    /** SCHED_NORMAL with this nice value, and the slice where there is one. */
    public Attr ordinary(int value) {
      return new Attr(
          SCHED_NORMAL, flags, value, 0, fair() ? runtimeNanos : 0, 0, 0, utilMin, utilMax);
    }

    /** The same with other flags. */
    public Attr withFlags(long value) {
      return new Attr(
          policy,
          value,
          nice,
          priority,
          runtimeNanos,
          deadlineNanos,
          periodNanos,
          utilMin,
          utilMax);
    }
  }

  /** sched_getattr(2); a thread number of 0 is the calling one. */
  public static Attr attr(int tid) throws SyscallException {
    NativeBuffer attr = NativeBuffer.allocate(SCHED_ATTR_SIZE_VER1);
    Call.check(
        LibC.syscall(Numbers.SCHED_GETATTR, tid, attr.address(), attr.size(), 0, 0, 0),
        "",
        "sched_getattr",
        tid);
    return new Attr(
        attr.getInt(4),
        attr.getLong(8),
        attr.getInt(16),
        attr.getInt(20),
        attr.getLong(24),
        attr.getLong(32),
        attr.getLong(40),
        attr.getInt(48),
        attr.getInt(52));
  }

  /** sched_setattr(2). */
  public static void setAttr(int tid, Attr value) throws SyscallException {
    NativeBuffer attr = NativeBuffer.allocate(SCHED_ATTR_SIZE_VER1);
    attr.putInt(0, attr.size());
    attr.putInt(4, value.policy());
    attr.putLong(8, value.flags());
    attr.putInt(16, value.nice());
    attr.putInt(20, value.priority());
    attr.putLong(24, value.runtimeNanos());
    attr.putLong(32, value.deadlineNanos());
    attr.putLong(40, value.periodNanos());
    attr.putInt(48, value.utilMin());
    attr.putInt(52, value.utilMax());
    Call.check(
        LibC.syscall(Numbers.SCHED_SETATTR, tid, attr.address(), 0, 0, 0, 0),
        "[tid " + tid + "]",
        "sched_setattr",
        value);
    Reference.reachabilityFence(attr);
  }

  /** sched_setaffinity(2); bit n of the mask, from its first byte on, is CPU n. */
  public static void setAffinity(int tid, byte[] mask) throws SyscallException {
    // The kernel takes whole words.
    NativeBuffer words = NativeBuffer.allocate((mask.length + Long.BYTES) & -Long.BYTES);
    words.put(0, mask);
    Call.check(
        LibC.syscall(Numbers.SCHED_SETAFFINITY, tid, words.size(), words.address(), 0, 0, 0),
        "[tid " + tid + "]",
        "sched_setaffinity",
        tid);
    Reference.reachabilityFence(words);
  }

  /** ioprio_get(2). */
  public static int ioprio(int tid) throws SyscallException {
    return (int)
        Call.check(
            LibC.syscall(Numbers.IOPRIO_GET, IOPRIO_WHO_PROCESS, tid, 0, 0, 0, 0),
            "",
            "ioprio_get",
            tid);
  }

  /** ioprio_set(2). */
  public static void setIoprio(int tid, int ioprio) throws SyscallException {
    Call.check(
        LibC.syscall(Numbers.IOPRIO_SET, IOPRIO_WHO_PROCESS, tid, ioprio, 0, 0, 0),
        "[tid " + tid + "]",
        "ioprio_set",
        ioprio);
  }
}
