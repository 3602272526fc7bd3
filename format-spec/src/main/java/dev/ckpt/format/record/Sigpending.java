package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.ArrayList;
import java.util.List;

/**
 * The signals that wait in one queue, in queue order.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type  field     unit, constraint
 *      0     4  u32   tid       0: the shared queue of the task
 *      4  4+n1  list  siginfos  at most 65536: 128 bytes each, struct siginfo as
 *                               PTRACE_PEEKSIGINFO gives it
 * </pre>
 */
public record Sigpending(int tid, List<ByteString> siginfos) implements ImageRecord {
  /** Size of a raw siginfo_t. */
  public static final int SIGINFO_BYTES = 128;

  /** Writes and reads the payload. */
  public static final RecordCodec<Sigpending> CODEC = new Codec();

  /** Checks what the layout demands. */
  public Sigpending {
    siginfos = List.copyOf(siginfos);
    Invariant.range(siginfos.size(), 0, Limits.MAX_SIGINFOS, "number of siginfos");
    Invariant.notNegative(tid, "tid");
    for (ByteString siginfo : siginfos) {
      Invariant.that(
          siginfo.length() == SIGINFO_BYTES, "siginfo must be 128 bytes", siginfo.length());
    }
  }

  @Override
  public ObjectType type() {
    return ObjectType.SIGPENDING;
  }

  private static final class Codec implements RecordCodec<Sigpending> {
    @Override
    public void write(Sigpending value, RecordOutput out) {
      out.u32(value.tid()).count(value.siginfos().size(), Limits.MAX_SIGINFOS);
      for (ByteString e : value.siginfos()) {
        out.fixed(e, SIGINFO_BYTES);
      }
    }

    @Override
    public Sigpending read(RecordInput in) throws CorruptImageException {
      return new Sigpending(in.u32(), readSiginfos(in));
    }

    private List<ByteString> readSiginfos(RecordInput in) throws CorruptImageException {
      int nr = in.count(Limits.MAX_SIGINFOS, 128);
      List<ByteString> siginfos = new ArrayList<>(nr);
      for (int i = 0; i < nr; i++) {
        siginfos.add(in.fixed(SIGINFO_BYTES));
      }
      return siginfos;
    }
  }
}
