package dev.ckpt.format;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.record.Seal;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the keys of sealed images are made of: a passphrase, or the content of a key file. It is
 * wiped when it is closed, together with the keys that were made of it; nothing shows it.
 *
 * <p>Threading: any.
 */
public final class SealSecret implements KeySource, AutoCloseable {
  /** Rounds of PBKDF2 in new images, as OWASP has recommended them since 2023. */
  public static final int ITERATIONS = 600_000;

  private final int kdf;
  private final byte[] secret;
  private final List<ImageKey> keys = new ArrayList<>();
  private boolean closed;

  private SealSecret(int kdf, byte[] secret, int minBytes, int maxBytes) {
    if (secret.length < minBytes || secret.length > maxBytes) {
      throw new IllegalArgumentException(
          "a secret of " + secret.length + " bytes is not within " + minBytes + " to " + maxBytes);
    }
    this.kdf = kdf;
    this.secret = secret;
  }

  /**
   * A passphrase as it was typed, without the line end.
   *
   * @param bytes belong to the secret from now on
   */
  public static SealSecret ofPassphrase(byte[] bytes) {
    return new SealSecret(Seal.PASSPHRASE, bytes, 1, Limits.MAX_PASSPHRASE_BYTES);
  }

  /**
   * The content of a key file.
   *
   * @param bytes belong to the secret from now on
   */
  public static SealSecret ofKeyFile(byte[] bytes) {
    return new SealSecret(
        Seal.KEY_FILE, bytes, Limits.MIN_KEY_FILE_BYTES, Limits.MAX_KEY_FILE_BYTES);
  }

  /** A key for a new image, with a salt that no other image has. */
  public ImageKey newKey() {
    byte[] salt = new byte[Seal.SALT_BYTES];
    new SecureRandom().nextBytes(salt);
    return derive(kdf == Seal.PASSPHRASE ? ITERATIONS : 0, salt);
  }

  /** The key of an image that is there. */
  @Override
  public ImageKey keyOf(Seal seal) throws CkptException {
    if (seal.kdf() != kdf) {
      throw new CkptException(
          FailureCode.IMAGE_SEALED,
          seal.kdf() == Seal.PASSPHRASE
              ? "the image is sealed with a passphrase, not with a key file"
              : "the image is sealed with a key file, not with a passphrase");
    }
    ImageKey key = derive(seal.iterations(), seal.salt().toByteArray());
    if (!MessageDigest.isEqual(key.seal().check().toByteArray(), seal.check().toByteArray())) {
      throw new CkptException(
          FailureCode.IMAGE_KEY,
          kdf == Seal.PASSPHRASE
              ? "this is not the passphrase of the image"
              : "this is not the key file of the image");
    }
    return key;
  }

  /** The key for a known salt. */
  synchronized ImageKey derive(int iterations, byte[] salt) {
    if (closed) {
      throw new IllegalStateException("the secret is closed");
    }
    ImageKey key = ImageKey.derive(kdf, secret, iterations, salt);
    keys.add(key);
    return key;
  }

  /** Wipes it and all keys that were made of it. */
  @Override
  public synchronized void close() {
    closed = true;
    Arrays.fill(secret, (byte) 0);
    keys.forEach(ImageKey::close);
  }
}
