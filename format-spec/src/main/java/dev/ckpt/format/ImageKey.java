package dev.ckpt.format;

import dev.ckpt.format.record.Seal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The key of one sealed image, and its {@link Seal}. Wiped when it is closed; nothing shows it.
 *
 * <p>Threading: any, until it is closed.
 */
public final class ImageKey implements AutoCloseable {
  private static final String KEY = "ckpt image key";
  private static final String CHECK = "ckpt image check";

  /** Bytes of the numbers that a SEAL begins with. */
  private static final int NUMBERS_BYTES = 16;

  private final Seal seal;
  private final byte[] key;
  private boolean closed;

  private ImageKey(Seal seal, byte[] key) {
    this.seal = seal;
    this.key = key;
  }

  /** The key that a secret makes with a salt. */
  static ImageKey derive(int kdf, byte[] secret, int iterations, byte[] salt) {
    boolean typed = kdf == Seal.PASSPHRASE;
    byte[] strong = typed ? KeyDerivation.pbkdf2(secret, salt, iterations) : secret.clone();
    byte[] check = KeyDerivation.hkdf(strong, salt, info(CHECK, kdf, iterations));
    byte[] key = KeyDerivation.hkdf(strong, salt, info(KEY, kdf, iterations));
    Arrays.fill(strong, (byte) 0);
    Seal seal =
        new Seal(Seal.AES_256_GCM, kdf, iterations, ByteString.of(salt), ByteString.of(check));
    return new ImageKey(seal, key);
  }

  /** A label, and the numbers that the SEAL begins with: who changes them changes the key. */
  private static byte[] info(String label, int kdf, int iterations) {
    byte[] text = label.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer info = ByteBuffer.allocate(text.length + NUMBERS_BYTES);
    info.order(ByteOrder.LITTLE_ENDIAN).put(text);
    return info.putInt(Seal.AES_256_GCM).putInt(kdf).putInt(iterations).putInt(0).array();
  }

  /**
   * Brings sealing and opening to full speed, from 10 MiB/s: before a task is frozen for it. Takes
   * a fifth of a second, once in a JVM; one that has no C2 compiler stays slow.
   */
  public static void warmUp() {
    ObjectCipher.warmUp();
  }

  /** What the image says of its key. */
  public Seal seal() {
    return seal;
  }

  /** What seals and opens objects with it. */
  synchronized ObjectCipher cipher() {
    if (closed) {
      throw new IllegalStateException("the key is closed");
    }
    return new ObjectCipher(key);
  }

  /** Wipes it. */
  @Override
  public synchronized void close() {
    closed = true;
    Arrays.fill(key, (byte) 0);
  }
}
