package dev.ckpt.rstr;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.CpuX86_64;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.Vma;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * Looks for signal frames, among the pages of a task, that lead back into code which is not there
 * any more: a thread in a handler that has interrupted such code.
 *
 * <p>In {@code struct sigcontext_64} (asm/sigcontext.h) the instruction pointer is followed by the
 * flags, and these by four segment selectors, of which the first is that of user code. Handlers
 * that are over leave their frames behind; one is in use if a thread's stack pointer stands below
 * it in the same mapping.
 */
final class SignalFrames {
  private static final int WORD = Long.BYTES;

  /** Of cs and gs, in one half of a word: 64-bit code, and what every thread has. */
  private static final int CS_AND_GS = (int) UserRegs.USER_CS;

  /** A bit of the flags that is always set, and all that may be. */
  private static final long EFLAGS_FIXED = 0x2;

  private static final long EFLAGS = 0x3f7fd7;

  private final ImageState state;
  private final LongPredicate lost;
  private long expected;
  private long before;
  private long last;

  /**
   * For some code.
   *
   * @param lost whether an instruction pointer stands in it
   */
  SignalFrames(ImageState state, LongPredicate lost) {
    this.state = state;
    this.lost = lost;
  }

  /**
   * Looks at pages of private memory.
   *
   * @throws UnsupportedStateException when such a frame is in use
   */
  void look(PageArray table, ByteBuffer pages) throws UnsupportedStateException {
    ByteBuffer bytes = pages.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    for (PageRun run : table.runs()) {
      if (run.kind() == PageKind.DATA) {
        look(run, bytes);
      }
    }
  }

  private void look(PageRun run, ByteBuffer bytes) throws UnsupportedStateException {
    if (run.addr() != expected) {
      before = 0;
      last = 0;
    }
    expected = run.addr() + run.lenBytes();
    for (long at = run.addr(); at < expected; at += WORD) {
      long word = bytes.getLong();
      if ((int) word == CS_AND_GS && isFlags(last) && lost.test(before)) {
        refuseIfInUse(at);
      }
      before = last;
      last = word;
    }
  }

  private static boolean isFlags(long word) {
    return (word & ~EFLAGS) == 0 && (word & EFLAGS_FIXED) != 0;
  }

  private void refuseIfInUse(long address) throws UnsupportedStateException {
    for (Vma vma : state.vmas()) {
      if (vma.start() <= address && address < vma.end()) {
        for (CpuX86_64 cpu : state.all(CpuX86_64.class)) {
          long sp = new UserRegs(cpu.regs()).get(UserRegs.RSP);
          if (vma.start() <= sp && sp <= address) {
            throw new UnsupportedStateException(List.of(refusal(cpu.tid())));
          }
        }
      }
    }
  }

  private static Refusal refusal(int tid) {
    return new Refusal(
        RefusalCode.VDSO_DIFFERS,
        "thread " + tid + " is in a signal handler that has interrupted the vdso",
        VdsoMapping.REMEDY);
  }
}
