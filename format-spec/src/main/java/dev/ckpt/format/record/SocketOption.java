package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.ArrayList;
import java.util.List;

/**
 * One option of a socket that is not what a new socket has, as getsockopt(2) gives it: level, name,
 * and the bytes of the value.
 */
public record SocketOption(int level, int name, ByteString value) {
  private static final int LEAST_BYTES = 12;

  /** Checks what the layout demands. */
  public SocketOption {
    Invariant.atMost(value, Limits.MAX_SOCKET_OPTION_BYTES, "value");
  }

  static void writeAll(List<SocketOption> options, RecordOutput out) {
    out.count(options.size(), Limits.MAX_SOCKET_OPTIONS);
    for (SocketOption option : options) {
      out.u32(option.level())
          .u32(option.name())
          .bytes(option.value(), Limits.MAX_SOCKET_OPTION_BYTES);
    }
  }

  static List<SocketOption> readAll(RecordInput in) throws CorruptImageException {
    int nr = in.count(Limits.MAX_SOCKET_OPTIONS, LEAST_BYTES);
    List<SocketOption> options = new ArrayList<>(nr);
    for (int i = 0; i < nr; i++) {
      options.add(new SocketOption(in.u32(), in.u32(), in.bytes(Limits.MAX_SOCKET_OPTION_BYTES)));
    }
    return options;
  }
}
