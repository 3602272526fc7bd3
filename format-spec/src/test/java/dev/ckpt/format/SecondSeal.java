package dev.ckpt.format;

import dev.ckpt.format.SpecDecoder.Refused;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** How the second reader opens a sealed stream: written from SPEC.md, with the JDK's PBKDF2. */
final class SecondSeal {
  private final byte[] key;

  private SecondSeal(byte[] key) {
    this.key = key;
  }

  /** The key that a secret makes with the fields of a SEAL. */
  static SecondSeal of(Map<String, Object> seal, byte[] secret) throws Refused {
    byte[] salt = (byte[]) seal.get("salt");
    try {
      byte[] strong = secret;
      if (seal.get("kdf").equals(1L)) {
        char[] text = new String(secret, StandardCharsets.UTF_8).toCharArray();
        int rounds = ((Long) seal.get("iterations")).intValue();
        SecretKeyFactory factory = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256");
        strong = factory.generateSecret(new PBEKeySpec(text, salt, rounds, 256)).getEncoded();
      }
      if (!Arrays.equals(hkdf("ckpt image check", seal, strong), (byte[]) seal.get("check"))) {
        throw new Refused("wrong key");
      }
      return new SecondSeal(hkdf("ckpt image key", seal, strong));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] hkdf(String info, Map<String, Object> seal, byte[] secret)
      throws GeneralSecurityException {
    byte[] extracted = hmac((byte[]) seal.get("salt"), secret);
    ByteBuffer numbers = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    for (String name : new String[] {"cipher", "kdf", "iterations", "reserved"}) {
      numbers.putInt(((Long) seal.get(name)).intValue());
    }
    return hmac(
        extracted, info.getBytes(StandardCharsets.US_ASCII), numbers.array(), new byte[] {1});
  }

  private static byte[] hmac(byte[] key, byte[]... parts) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    for (byte[] part : parts) {
      mac.update(part);
    }
    return mac.doFinal();
  }

  /** The payload of the object at an offset. */
  ByteBuffer open(ByteBuffer image, int offset, int lenBytes) throws Refused {
    byte[] nonce = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putLong(offset).array();
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      GCMParameterSpec parameters = new GCMParameterSpec(128, nonce);
      cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), parameters);
      cipher.updateAAD(image.slice(offset, 16));
      return ByteBuffer.wrap(cipher.doFinal(bytes(image.slice(offset + 24, lenBytes))));
    } catch (GeneralSecurityException e) {
      throw new Refused("tag");
    }
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
