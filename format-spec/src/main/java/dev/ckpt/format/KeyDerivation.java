package dev.ckpt.format;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * How keys are made of secrets: PBKDF2 (RFC 8018) and HKDF (RFC 5869), both with HMAC-SHA-256 and
 * for 32 bytes, which is one block of either. Written here because that of the JDK takes text, not
 * bytes, and leaves copies of it that nobody can wipe.
 */
final class KeyDerivation {
  static final int KEY_BYTES = 32;

  private static final String HMAC = "HmacSHA256";
  private static final byte[] FIRST_BLOCK = {0, 0, 0, 1};
  private static final byte[] FIRST_ROUND = {1};

  private KeyDerivation() {}

  static byte[] pbkdf2(byte[] passphrase, byte[] salt, int iterations) {
    Mac mac = hmac(passphrase);
    mac.update(salt);
    byte[] round = mac.doFinal(FIRST_BLOCK);
    byte[] key = round.clone();
    for (int i = 1; i < iterations; i++) {
      round = mac.doFinal(round);
      for (int at = 0; at < KEY_BYTES; at++) {
        key[at] ^= round[at];
      }
    }
    return key;
  }

  static byte[] hkdf(byte[] secret, byte[] salt, byte[] info) {
    byte[] extracted = hmac(salt).doFinal(secret);
    Mac mac = hmac(extracted);
    Arrays.fill(extracted, (byte) 0);
    mac.update(info);
    return mac.doFinal(FIRST_ROUND);
  }

  private static Mac hmac(byte[] key) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key, HMAC));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no " + HMAC, e);
    }
  }
}
