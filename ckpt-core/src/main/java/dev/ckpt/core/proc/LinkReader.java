package dev.ckpt.core.proc;

import dev.ckpt.format.ByteString;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The target of a symbolic link, byte for byte.
 *
 * <p>NB: Path.toString decodes with sun.jnu.encoding, which in the C locale turns every byte above
 * 127 into a replacement character, and in UTF-8 every byte that is none. A Path itself keeps the
 * bytes, and its URI spells them out ({@code %ff}), so the exact name can be had without a native
 * call; the way back from the bytes to an equal Path proves it each time.
 */
final class LinkReader {

  /** Nothing is ever here: Path.toUri looks whether its path is a directory, and must find none. */
  private static final Path NOWHERE = Path.of("/proc/self/fd/none");

  private LinkReader() {}

  /**
   * Reads a link.
   *
   * @throws IOException as Files.readSymbolicLink, or if the bytes cannot be told for certain
   */
  static ByteString read(Path link) throws IOException {
    return ByteString.of(bytesOf(Files.readSymbolicLink(link)));
  }

  /** The bytes that a path of the default file system consists of. */
  static byte[] bytesOf(Path path) throws IOException {
    String text = path.toString();
    if (text.chars().allMatch(c -> c < 0x80)) {
      // Every charset that a JVM can have here reads ASCII as itself and nothing else as ASCII.
      return text.getBytes(StandardCharsets.US_ASCII);
    }
    byte[] exact = exactBytes(path);
    if (!pathOf(exact, path).equals(path)) {
      throw new IOException("this JVM cannot tell the bytes of the path " + text);
    }
    return exact;
  }

  private static byte[] exactBytes(Path path) {
    String base = NOWHERE.toUri().getRawPath();
    Path relative = path.subpath(0, path.getNameCount());
    String spelled = NOWHERE.resolve(relative).toUri().getRawPath().substring(base.length());
    byte[] out = new byte[spelled.length()];
    int len = 0;
    // The blank that separated base and name becomes the root, if the path has one.
    int from = path.isAbsolute() ? 0 : 1;
    for (int i = from; i < spelled.length(); i++) {
      char c = spelled.charAt(i);
      if (c == '%') {
        out[len++] = (byte) HexFormat.fromHexDigits(spelled, i + 1, i + 3);
        i += 2;
      } else {
        out[len++] = (byte) c;
      }
    }
    return Arrays.copyOf(out, len);
  }

  /** A path made of these bytes, absolute or relative as the model is. */
  private static Path pathOf(byte[] bytes, Path model) {
    StringBuilder uri = new StringBuilder("file:///");
    for (int i = model.isAbsolute() ? 1 : 0; i < bytes.length; i++) {
      uri.append(bytes[i] == '/' ? "/" : String.format("%%%02x", bytes[i] & 0xff));
    }
    Path absolute = Path.of(URI.create(uri.toString()));
    return model.isAbsolute() ? absolute : absolute.subpath(0, absolute.getNameCount());
  }
}
