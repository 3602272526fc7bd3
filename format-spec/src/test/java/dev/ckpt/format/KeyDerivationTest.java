package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class KeyDerivationTest {
  private static final HexFormat HEX = HexFormat.of();

  /** The vectors of RFC 6070, of which RFC 7914 and others give the SHA-256 results. */
  @Test
  void makesKeysOfPassphrasesAsTheStandardSays() {
    assertPbkdf2("120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b", 1);
    assertPbkdf2("ae4d0c95af6b46d32d0adff928f06dd02a303f8ef3c251dfd6e2d85a95474c43", 2);
    assertPbkdf2("c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a", 4096);
  }

  private static void assertPbkdf2(String key, int iterations) {
    assertEquals(
        key,
        HEX.formatHex(KeyDerivation.pbkdf2("password".getBytes(), "salt".getBytes(), iterations)));
  }

  /** The first block of RFC 5869, A.1. */
  @Test
  void makesKeysOfFilesAsTheStandardSays() {
    assertEquals(
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf",
        HEX.formatHex(
            KeyDerivation.hkdf(
                HEX.parseHex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"),
                HEX.parseHex("000102030405060708090a0b0c"),
                HEX.parseHex("f0f1f2f3f4f5f6f7f8f9"))));
  }
}
