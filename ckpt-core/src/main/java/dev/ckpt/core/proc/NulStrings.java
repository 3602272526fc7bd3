package dev.ckpt.core.proc;

import dev.ckpt.format.ByteString;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code /proc/PID/cmdline} or {@code /proc/PID/environ}: strings that each end in a NUL.
 *
 * <p>This is memory of the task and it may have written anything there: any bytes are well formed,
 * and what stands behind the last NUL counts as one more string.
 *
 * @param raw the file as it is
 */
public record NulStrings(ByteString raw, List<ByteString> strings) {

  /** Takes a copy of the list. */
  public NulStrings {
    strings = List.copyOf(strings);
  }

  /** Splits the whole file. */
  public static NulStrings parse(byte[] bytes) {
    List<ByteString> strings = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == 0) {
        strings.add(ByteString.of(ByteBuffer.wrap(bytes, start, i - start)));
        start = i + 1;
      }
    }
    if (start < bytes.length) {
      strings.add(ByteString.of(ByteBuffer.wrap(bytes, start, bytes.length - start)));
    }
    return new NulStrings(ByteString.of(bytes), strings);
  }
}
