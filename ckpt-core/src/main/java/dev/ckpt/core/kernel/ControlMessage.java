package dev.ckpt.core.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * One piece of a message's ancillary data (struct cmsghdr, cmsg(3)).
 *
 * @param level such as SOL_SOCKET
 * @param type of that level
 */
public record ControlMessage(int level, int type, byte[] data) {
  /** Bytes of {@code struct cmsghdr}. */
  public static final int HEADER_BYTES = 16;

  /** All that recvmsg(2) put into the room it was given. */
  public static List<ControlMessage> parse(byte[] control) {
    ByteBuffer in = ByteBuffer.wrap(control).order(ByteOrder.LITTLE_ENDIAN);
    List<ControlMessage> messages = new ArrayList<>();
    int at = 0;
    while (at + HEADER_BYTES <= control.length) {
      long lenBytes = in.getLong(at);
      if (lenBytes < HEADER_BYTES || lenBytes > control.length - at) {
        throw new IllegalArgumentException("ancillary data of " + lenBytes + " bytes at " + at);
      }
      byte[] data = new byte[(int) lenBytes - HEADER_BYTES];
      in.get(at + HEADER_BYTES, data);
      messages.add(new ControlMessage(in.getInt(at + 8), in.getInt(at + 12), data));
      at += space((int) lenBytes);
    }
    return messages;
  }

  /** One of SOL_SOCKET that consists of ints, with the room behind it that the next one needs. */
  public static byte[] of(int type, int[] values) {
    int lenBytes = HEADER_BYTES + values.length * Integer.BYTES;
    ByteBuffer out = ByteBuffer.allocate(space(lenBytes)).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(lenBytes).putInt(Socket.SOL_SOCKET).putInt(type);
    for (int value : values) {
      out.putInt(value);
    }
    return out.array();
  }

  private static int space(int lenBytes) {
    return lenBytes + Long.BYTES - 1 & -Long.BYTES;
  }

  /** All bytes, as ints. */
  public int[] asInts() {
    int[] values = new int[data.length / Integer.BYTES];
    ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(values);
    return values;
  }

  /** The first four bytes, as an int. */
  public int asInt() {
    return ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }
}
