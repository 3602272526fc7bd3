package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * How everything behind it is sealed, and how the key is made. It is not sealed itself.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type      field       unit, constraint
 *      0     4  u32       cipher      1: AES-256-GCM
 *      4     4  u32       kdf         1: a passphrase, by PBKDF2; 2: a key file
 *      8     4  u32       iterations  of PBKDF2, 1 to 10000000; of a key file 0
 *     12     4  u32       reserved    0
 *     16    32  32 bytes  salt        random, of this stream
 *     48    32  32 bytes  check       tells a wrong key
 * </pre>
 */
public record Seal(int cipher, int kdf, int iterations, ByteString salt, ByteString check)
    implements ImageRecord {
  /** {@code cipher}: the only one. */
  public static final int AES_256_GCM = 1;

  /** {@code kdf}: the secret is a passphrase. */
  public static final int PASSPHRASE = 1;

  /** {@code kdf}: the secret is the content of a file. */
  public static final int KEY_FILE = 2;

  /** Bytes of salt and check. */
  public static final int SALT_BYTES = 32;

  /** Writes and reads the payload. */
  public static final RecordCodec<Seal> CODEC = new Codec();

  /** Checks what the layout demands. */
  public Seal {
    Invariant.range(cipher, AES_256_GCM, AES_256_GCM, "cipher");
    Invariant.range(kdf, PASSPHRASE, KEY_FILE, "kdf");
    if (kdf == PASSPHRASE) {
      Invariant.range(iterations, 1, Limits.MAX_KDF_ITERATIONS, "iterations");
    } else {
      Invariant.range(iterations, 0, 0, "iterations of a key file");
    }
    Invariant.that(salt.length() == SALT_BYTES, "salt must be 32 bytes", salt.length());
    Invariant.that(check.length() == SALT_BYTES, "check must be 32 bytes", check.length());
  }

  @Override
  public ObjectType type() {
    return ObjectType.SEAL;
  }

  private static final class Codec implements RecordCodec<Seal> {
    @Override
    public void write(Seal value, RecordOutput out) {
      out.u32(value.cipher()).u32(value.kdf()).u32(value.iterations()).u32(0);
      out.fixed(value.salt(), SALT_BYTES).fixed(value.check(), SALT_BYTES);
    }

    @Override
    public Seal read(RecordInput in) throws CorruptImageException {
      int cipher = in.u32();
      int kdf = in.u32();
      int iterations = in.u32();
      in.reserved32();
      return new Seal(cipher, kdf, iterations, in.fixed(SALT_BYTES), in.fixed(SALT_BYTES));
    }
  }
}
