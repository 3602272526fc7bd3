package dev.ckpt.core.proc;

import dev.ckpt.format.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Names in {@code maps} and {@code smaps}: keeps the last one, since the vmas of one file follow
 * each other, and undoes the kernel's escape.
 */
final class MapsNames {
  private static final byte[] NEWLINE_ESCAPE = "\\012".getBytes(StandardCharsets.US_ASCII);

  private byte[] lastBytes = new byte[0];
  private ByteString lastRaw = ByteString.EMPTY;
  private ByteString last = ByteString.EMPTY;

  /** Reads the raw name that stands in the text from start to end. */
  void read(byte[] text, int start, int end) {
    if (Arrays.equals(lastBytes, 0, lastBytes.length, text, start, end)) {
      return;
    }
    lastBytes = Arrays.copyOfRange(text, start, end);
    lastRaw = ByteString.of(lastBytes);
    byte[] unescaped = unescape(lastBytes);
    last = unescaped == lastBytes ? lastRaw : ByteString.of(unescaped);
  }

  ByteString name() {
    return last;
  }

  ByteString rawName() {
    return lastRaw;
  }

  private static byte[] unescape(byte[] raw) {
    int len = 0;
    byte[] out = null;
    for (int i = 0; i < raw.length; i++) {
      byte c = raw[i];
      if (c == '\\' && isEscape(raw, i)) {
        if (out == null) {
          out = raw.clone();
        }
        c = '\n';
        i += NEWLINE_ESCAPE.length - 1;
      }
      if (out != null) {
        out[len] = c;
      }
      len++;
    }
    return out == null ? raw : Arrays.copyOf(out, len);
  }

  private static boolean isEscape(byte[] raw, int at) {
    int end = at + NEWLINE_ESCAPE.length;
    return end <= raw.length
        && Arrays.equals(raw, at, end, NEWLINE_ESCAPE, 0, NEWLINE_ESCAPE.length);
  }
}
