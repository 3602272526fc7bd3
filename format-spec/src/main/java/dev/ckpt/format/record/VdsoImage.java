package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * The vdso of the kernel that the task was dumped on, as it was mapped: an ELF image whose
 * addresses the task may have noted. A kernel with another vdso needs it.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type   field    unit, constraint
 *      0  4+n1  bytes  content  4096 to 65536, whole pages
 * </pre>
 */
public record VdsoImage(ByteString content) implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<VdsoImage> CODEC = new Codec();

  /** Checks what the layout demands. */
  public VdsoImage {
    Invariant.atMost(content, Limits.MAX_VDSO_BYTES, "content");
    Invariant.that(
        !content.isEmpty() && content.length() % Limits.PAGE_SIZE == 0,
        "content must be whole pages",
        content.length());
  }

  @Override
  public ObjectType type() {
    return ObjectType.VDSO_IMAGE;
  }

  private static final class Codec implements RecordCodec<VdsoImage> {
    @Override
    public void write(VdsoImage value, RecordOutput out) {
      out.bytes(value.content(), Limits.MAX_VDSO_BYTES);
    }

    @Override
    public VdsoImage read(RecordInput in) throws CorruptImageException {
      return new VdsoImage(in.bytes(Limits.MAX_VDSO_BYTES));
    }
  }
}
