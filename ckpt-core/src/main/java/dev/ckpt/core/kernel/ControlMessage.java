package dev.ckpt.core.kernel;

import dev.ckpt.core.error.SyscallException;
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

  /**
   * All that recvmsg(2) put into the room it was given.
   *
   * @throws SyscallException with EBADMSG if one says that it is longer than there is room
   */
  public static List<ControlMessage> parse(byte[] control) throws SyscallException {
    ByteBuffer in = ByteBuffer.wrap(control).order(ByteOrder.LITTLE_ENDIAN);
    List<ControlMessage> messages = new ArrayList<>();
    int at = 0;
    while (at + HEADER_BYTES <= control.length) {
      long lenBytes = in.getLong(at);
      if (lenBytes < HEADER_BYTES || lenBytes > control.length - at) {
        throw malformed("ancillary data of " + lenBytes + " bytes at " + at);
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

  /**
   * The first byte.
   *
   * @throws SyscallException with EBADMSG if there is none
   */
  public int asByte() throws SyscallException {
    if (data.length == 0) {
      throw malformed("ancillary data of no bytes, want one");
    }
    return data[0] & 0xff;
  }

  private static SyscallException malformed(String what) {
    return new SyscallException("", "recvmsg", what, Errno.EBADMSG);
  }

  /** All bytes, as ints. */
  public int[] asInts() {
    int[] values = new int[data.length / Integer.BYTES];
    ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(values);
    return values;
  }

  /**
   * The first four bytes, as an int.
   *
   * @throws SyscallException with EBADMSG if there are fewer
   */
  public int asInt() throws SyscallException {
    if (data.length < Integer.BYTES) {
      throw malformed("ancillary data of " + data.length + " bytes, want an int");
    }
    return ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }
}
