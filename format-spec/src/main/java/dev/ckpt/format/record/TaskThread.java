package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * One thread: what the kernel keeps per thread beside registers and credentials. The first THREAD
 * of a stream is the thread group leader.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type   field            unit, constraint
 *      0     4  u32    tid              above 0
 *      4  4+n1  bytes  comm             at most 16: without NUL
 *   8+n1     8  u64    sigmask          blocked signals; bit 0 is signal 1
 *  16+n1     8  u64    robustListHead   address, 0: none
 *  24+n1     8  u64    robustListLen    bytes
 *  32+n1     8  u64    tidAddress       clear_child_tid; 0: none
 *  40+n1     8  u64    rseqPtr          address of struct rseq; 0: not registered
 *  48+n1     4  u32    rseqLen          bytes
 *  52+n1     4  u32    rseqSignature
 *  56+n1     8  u64    altstackSp       address
 *  64+n1     4  u32    altstackFlags    SS_ flags
 *  68+n1     8  u64    altstackSize     bytes
 *  76+n1     4  u32    speculation      five bits each, from bit 0 on: of PR_SPEC_STORE_BYPASS,
 *                                       PR_SPEC_INDIRECT_BRANCH, PR_SPEC_L1D_FLUSH; 0: not its own
 *  80+n1     4  u32    pdeathSignal     0 to 64; 0: none
 *  84+n1     4  u32    flags            bits, see below
 * </pre>
 */
public record TaskThread(
    int tid,
    ByteString comm,
    long sigmask,
    long robustListHead,
    long robustListLen,
    long tidAddress,
    long rseqPtr,
    int rseqLen,
    int rseqSignature,
    long altstackSp,
    int altstackFlags,
    long altstackSize,
    int speculation,
    int pdeathSignal,
    int flags)
    implements ImageRecord {
  /** How many kinds of speculation a thread can control (linux/prctl.h). */
  public static final int NR_SPECULATIONS = 3;

  /** Bits that each of them takes: PR_SPEC_ENABLE to PR_SPEC_DISABLE_NOEXEC. */
  public static final int SPECULATION_BITS = 5;

  private static final int SPECULATION = (1 << NR_SPECULATIONS * SPECULATION_BITS) - 1;

  /** Bit of {@code flags}: PR_TSC_SIGSEGV. */
  public static final int TSC_SIGSEGV = 1;

  /** Bit of {@code flags}: PR_MCE_KILL_LATE. */
  public static final int MCE_KILL_LATE = 1 << 1;

  /** Bit of {@code flags}: PR_MCE_KILL_EARLY. */
  public static final int MCE_KILL_EARLY = 1 << 2;

  /** Bit of {@code flags}: PR_SET_IO_FLUSHER. */
  public static final int IO_FLUSHER = 1 << 3;

  private static final int FLAGS = TSC_SIGSEGV | MCE_KILL_LATE | MCE_KILL_EARLY | IO_FLUSHER;

  /** Writes and reads the payload. */
  public static final RecordCodec<TaskThread> CODEC = new Codec();

  /** Checks what the layout demands. */
  public TaskThread {
    Invariant.positive(tid, "tid");
    Invariant.atMost(comm, Limits.MAX_COMM_BYTES, "comm");
    Invariant.bits(speculation, SPECULATION, "speculation");
    Invariant.bits(flags, FLAGS, "flags");
    Invariant.range(pdeathSignal, 0, 64, "pdeathSignal");
  }

  /** PR_SPEC_ value of one kind of speculation; 0: the thread does not control it. */
  public int speculation(int which) {
    return speculation >>> which * SPECULATION_BITS & (1 << SPECULATION_BITS) - 1;
  }

  @Override
  public ObjectType type() {
    return ObjectType.THREAD;
  }

  private static final class Codec implements RecordCodec<TaskThread> {
    @Override
    public void write(TaskThread value, RecordOutput out) {
      out.u32(value.tid())
          .bytes(value.comm(), Limits.MAX_COMM_BYTES)
          .u64(value.sigmask())
          .u64(value.robustListHead())
          .u64(value.robustListLen())
          .u64(value.tidAddress())
          .u64(value.rseqPtr())
          .u32(value.rseqLen())
          .u32(value.rseqSignature())
          .u64(value.altstackSp())
          .u32(value.altstackFlags())
          .u64(value.altstackSize())
          .u32(value.speculation())
          .u32(value.pdeathSignal())
          .u32(value.flags());
    }

    @Override
    public TaskThread read(RecordInput in) throws CorruptImageException {
      return new TaskThread(
          in.u32(),
          in.bytes(Limits.MAX_COMM_BYTES),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u32(),
          in.u32(),
          in.u64(),
          in.u32(),
          in.u64(),
          in.u32(),
          in.u32(),
          in.u32());
    }
  }
}
