package dev.ckpt.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The golden images of the format, which between them have every type of object. */
public final class Golden {
  private static final Path FOLDER = Path.of("../../format-spec/src/test/resources/golden");

  private Golden() {}

  /** The bytes of one. */
  public static byte[] image(String name) throws IOException {
    return Files.readAllBytes(FOLDER.resolve(name));
  }

  /** What the sealed one was sealed with. */
  public static byte[] keyFile() {
    byte[] key = new byte[40];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) (7 * i);
    }
    return key;
  }
}
