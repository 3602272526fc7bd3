package dev.ckpt.format;

import dev.ckpt.error.CorruptImageException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals and opens the payloads of one image with AES-256-GCM. The nonce is the object's offset, and
 * the first 16 bytes of its header are under the tag: so an object is good in its place only.
 *
 * <p>NB: buffers that wrap arrays are what the JVM compiles well. After {@link #warmUp} Java 17
 * runs at 6 GiB/s with them; with direct buffers it takes many more calls until then, and with
 * plain arrays it never gets above 100 MiB/s, because one call of a MiB is too much for one
 * compilation.
 *
 * <p>Threading: one at a time.
 */
final class ObjectCipher {
  static final int TAG_BYTES = 16;

  private static final String NAME = "AES/GCM/NoPadding";
  private static final int NONCE_BYTES = 12;

  /** What makes the JVM compile all of it with its second compiler; found by trying. */
  private static final int WARM_UP_ROUNDS = 20_000;

  private static final int WARM_UP_BYTES = 64;

  private final SecretKeySpec key;
  private final Cipher cipher;
  private byte[] input = new byte[0];
  private byte[] output = new byte[0];

  /** Takes a copy of the key. */
  ObjectCipher(byte[] key) {
    this.key = new SecretKeySpec(key, "AES");
    try {
      cipher = Cipher.getInstance(NAME);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no " + NAME, e);
    }
  }

  /**
   * Seals a payload.
   *
   * @param header with the length of the sealed payload
   * @param offset of the object
   * @param parts of the payload in their order; they are consumed
   * @return ciphertext and tag, until the next call
   */
  ByteBuffer seal(ObjectHeader header, long offset, ByteBuffer... parts) {
    int len = (int) header.lenBytes() - TAG_BYTES;
    ByteBuffer plain = input(len);
    for (ByteBuffer part : parts) {
      plain.put(part);
    }
    try {
      return run(Cipher.ENCRYPT_MODE, header, offset, len);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java's " + NAME + " seals nothing", e);
    }
  }

  private ByteBuffer input(int lenBytes) {
    if (input.length < lenBytes) {
      input = new byte[lenBytes];
    }
    return ByteBuffer.wrap(input, 0, lenBytes);
  }

  /**
   * Opens a payload, in its place.
   *
   * @param offset of the object
   * @param payload is overwritten
   * @return the plaintext: a view of the payload without the tag
   */
  ByteBuffer open(ObjectHeader header, long offset, ByteBuffer payload)
      throws CorruptImageException {
    int len = payload.remaining();
    input(len).put(payload.duplicate());
    try {
      ByteBuffer plain = run(Cipher.DECRYPT_MODE, header, offset, len);
      int plainBytes = plain.remaining();
      payload.duplicate().put(plain);
      return payload.slice(payload.position(), plainBytes).order(ByteOrder.LITTLE_ENDIAN);
    } catch (AEADBadTagException e) {
      CorruptImageException corrupt =
          new CorruptImageException(
              offset,
              header.typeName(),
              "an object that was sealed for this place with the image's key",
              "another: somebody has changed the image");
      corrupt.initCause(e);
      throw corrupt;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java's " + NAME + " opens nothing", e);
    }
  }

  private ByteBuffer run(int mode, ObjectHeader header, long offset, int len)
      throws GeneralSecurityException {
    ByteBuffer nonce = ByteBuffer.allocate(NONCE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    nonce.putLong(offset);
    cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce.array()));
    cipher.updateAAD(header.associatedData());
    int size = cipher.getOutputSize(len);
    if (output.length < size) {
      output = new byte[size];
    }
    ByteBuffer out = ByteBuffer.wrap(output);
    cipher.doFinal(ByteBuffer.wrap(input, 0, len), out);
    return out.flip();
  }

  /** Brings the JDK's code to full speed; takes a fifth of a second. */
  static void warmUp() {
    ObjectCipher cipher = new ObjectCipher(new byte[KeyDerivation.KEY_BYTES]);
    ObjectHeader header = new ObjectHeader(0, 0, 0, WARM_UP_BYTES + TAG_BYTES, 0);
    ByteBuffer sealed = ByteBuffer.allocate(WARM_UP_BYTES + TAG_BYTES);
    try {
      for (int i = 0; i < WARM_UP_ROUNDS; i++) {
        sealed.clear().put(cipher.seal(header, i, sealed.slice(0, WARM_UP_BYTES)));
        cipher.open(header, i, sealed.flip());
      }
    } catch (CorruptImageException e) {
      throw new IllegalStateException("this Java's " + NAME + " opens not what it seals", e);
    }
  }
}
