package dev.ckpt.core.tracee;

import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.error.CkptException;

/**
 * A restartable sequence that a thread stands in.
 *
 * <p>When such a thread is preempted the kernel sends it to the sequence's abort handler. Our code
 * in the thread, and a restore, are preemptions of which the kernel does not know, so we do the
 * same.
 *
 * <p>Source: {@code linux/rseq.h}, {@code kernel/rseq.c}.
 */
public final class RseqSection {
  /** Offset of the pointer to the descriptor in struct rseq. */
  private static final int RSEQ_CS = 8;

  private static final int START_IP = 8;
  private static final int POST_COMMIT_OFFSET = 16;
  private static final int ABORT_IP = 24;
  private static final int DESCRIPTOR_BYTES = 32;

  private RseqSection() {}

  /** The registers, with the instruction pointer at the abort handler when it was in a sequence. */
  public static UserRegs abortIfInside(Tracee tracee, RemoteMemory memory, UserRegs regs)
      throws CkptException {
    long area = tracee.rseq().pointer();
    if (area == 0) {
      return regs;
    }
    NativeBuffer raw = NativeBuffer.allocate(DESCRIPTOR_BYTES);
    if (memory.read(area + RSEQ_CS, raw.address(), Long.BYTES) != Long.BYTES) {
      return regs;
    }
    long descriptor = raw.getLong(0);
    if (descriptor == 0
        || memory.read(descriptor, raw.address(), DESCRIPTOR_BYTES) != DESCRIPTOR_BYTES) {
      return regs;
    }
    long into = regs.ip() - raw.getLong(START_IP);
    return Long.compareUnsigned(into, raw.getLong(POST_COMMIT_OFFSET)) < 0
        ? regs.with(UserRegs.RIP, raw.getLong(ABORT_IP))
        : regs;
  }
}
