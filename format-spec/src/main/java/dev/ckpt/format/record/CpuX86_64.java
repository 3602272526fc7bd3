package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * The registers of one thread on x86-64: struct user_regs_struct of sys/user.h field by field, and
 * the XSAVE area as PTRACE_GETREGSET gives it.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type   field      unit, constraint
 *      0     4  u32    tid        above 0
 *      4     8  u64    r15
 *     12     8  u64    r14
 *     20     8  u64    r13
 *     28     8  u64    r12
 *     36     8  u64    rbp
 *     44     8  u64    rbx
 *     52     8  u64    r11
 *     60     8  u64    r10
 *     68     8  u64    r9
 *     76     8  u64    r8
 *     84     8  u64    rax
 *     92     8  u64    rcx
 *    100     8  u64    rdx
 *    108     8  u64    rsi
 *    116     8  u64    rdi
 *    124     8  u64    origRax
 *    132     8  u64    rip
 *    140     8  u64    cs
 *    148     8  u64    eflags
 *    156     8  u64    rsp
 *    164     8  u64    ss
 *    172     8  u64    fsBase
 *    180     8  u64    gsBase
 *    188     8  u64    ds
 *    196     8  u64    es
 *    204     8  u64    fs
 *    212     8  u64    gs
 *    220  4+n1  bytes  xsave      at most 64 KiB: NT_X86_XSTATE
 * 224+n1     8  u64    xfeatures  XCR0: the state components that xsave may hold
 * </pre>
 */
public record CpuX86_64(
    int tid,
    long r15,
    long r14,
    long r13,
    long r12,
    long rbp,
    long rbx,
    long r11,
    long r10,
    long r9,
    long r8,
    long rax,
    long rcx,
    long rdx,
    long rsi,
    long rdi,
    long origRax,
    long rip,
    long cs,
    long eflags,
    long rsp,
    long ss,
    long fsBase,
    long gsBase,
    long ds,
    long es,
    long fs,
    long gs,
    ByteString xsave,
    long xfeatures)
    implements ImageRecord {
  /** Number of registers in struct user_regs_struct. */
  public static final int NR_REGS = 27;

  /** Writes and reads the payload. */
  public static final RecordCodec<CpuX86_64> CODEC = new Codec();

  /** Checks what the layout demands. */
  public CpuX86_64 {
    Invariant.positive(tid, "tid");
    Invariant.atMost(xsave, Limits.MAX_XSAVE_BYTES, "xsave");
  }

  /** Makes the record from the registers in the order of struct user_regs_struct. */
  public static CpuX86_64 of(int tid, long[] regs, ByteString xsave, long xfeatures) {
    if (regs.length != NR_REGS) {
      throw new IllegalArgumentException("there are 27 registers, not " + regs.length);
    }
    return new CpuX86_64(
        tid, regs[0], regs[1], regs[2], regs[3], regs[4], regs[5], regs[6], regs[7], regs[8],
        regs[9], regs[10], regs[11], regs[12], regs[13], regs[14], regs[15], regs[16], regs[17],
        regs[18], regs[19], regs[20], regs[21], regs[22], regs[23], regs[24], regs[25], regs[26],
        xsave, xfeatures);
  }

  /** The registers in the order of struct user_regs_struct. */
  public long[] regs() {
    return new long[] {
      r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi, origRax, rip, cs,
      eflags, rsp, ss, fsBase, gsBase, ds, es, fs, gs
    };
  }

  @Override
  public ObjectType type() {
    return ObjectType.CPU_X86_64;
  }

  private static final class Codec implements RecordCodec<CpuX86_64> {
    @Override
    public void write(CpuX86_64 value, RecordOutput out) {
      out.u32(value.tid())
          .u64(value.r15())
          .u64(value.r14())
          .u64(value.r13())
          .u64(value.r12())
          .u64(value.rbp())
          .u64(value.rbx())
          .u64(value.r11())
          .u64(value.r10())
          .u64(value.r9())
          .u64(value.r8())
          .u64(value.rax())
          .u64(value.rcx())
          .u64(value.rdx())
          .u64(value.rsi())
          .u64(value.rdi())
          .u64(value.origRax())
          .u64(value.rip())
          .u64(value.cs())
          .u64(value.eflags())
          .u64(value.rsp())
          .u64(value.ss())
          .u64(value.fsBase())
          .u64(value.gsBase())
          .u64(value.ds())
          .u64(value.es())
          .u64(value.fs())
          .u64(value.gs())
          .bytes(value.xsave(), Limits.MAX_XSAVE_BYTES)
          .u64(value.xfeatures());
    }

    @Override
    public CpuX86_64 read(RecordInput in) throws CorruptImageException {
      return new CpuX86_64(
          in.u32(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.bytes(Limits.MAX_XSAVE_BYTES),
          in.u64());
    }
  }
}
