package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * What the CPU of the dump could do, by the names that the kernel has for it. Code that has asked
 * for a feature uses it for good.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type   field  unit, constraint
 *      0  4+n1  bytes  names  at most 8192: as in /proc/cpuinfo, one blank between two
 * </pre>
 */
public record CpuFeatures(ByteString names) implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<CpuFeatures> CODEC = new Codec();

  /** Checks what the layout demands. */
  public CpuFeatures {
    Invariant.atMost(names, Limits.MAX_CPU_FEATURES_BYTES, "names");
  }

  @Override
  public ObjectType type() {
    return ObjectType.CPU_FEATURES;
  }

  private static final class Codec implements RecordCodec<CpuFeatures> {
    @Override
    public void write(CpuFeatures value, RecordOutput out) {
      out.bytes(value.names(), Limits.MAX_CPU_FEATURES_BYTES);
    }

    @Override
    public CpuFeatures read(RecordInput in) throws CorruptImageException {
      return new CpuFeatures(in.bytes(Limits.MAX_CPU_FEATURES_BYTES));
    }
  }
}
