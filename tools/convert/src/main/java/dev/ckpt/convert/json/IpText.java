package dev.ckpt.convert.json;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/** Internet addresses as text. NB: InetAddress would ask the network for what is none. */
final class IpText {
  private static final Pattern BYTE = Pattern.compile("0|[1-9][0-9]{0,2}");
  private static final Pattern GROUP = Pattern.compile("[0-9a-fA-F]{1,4}");
  private static final int INET_BYTES = 4;
  private static final int GROUPS = 8;
  private static final int BYTE_MAX = 0xff;
  private static final int HEX = 16;

  private IpText() {}

  /** Of four bytes. */
  static String ofInet(ByteBuffer address) {
    StringJoiner text = new StringJoiner(".");
    while (address.hasRemaining()) {
      text.add(Integer.toString(Byte.toUnsignedInt(address.get())));
    }
    return text.toString();
  }

  /** Of sixteen bytes; nothing is left out. */
  static String ofInet6(ByteBuffer address) {
    StringJoiner text = new StringJoiner(":");
    address.order(ByteOrder.BIG_ENDIAN);
    while (address.hasRemaining()) {
      text.add(Integer.toHexString(Short.toUnsignedInt(address.getShort())));
    }
    return text.toString();
  }

  /** The four bytes of an address, if it is one. */
  static Optional<byte[]> inet(String text) {
    String[] parts = text.split("\\.", -1);
    byte[] address = new byte[INET_BYTES];
    for (int i = 0; i < parts.length; i++) {
      boolean digits = i < INET_BYTES && BYTE.matcher(parts[i]).matches();
      if (!digits || Integer.parseInt(parts[i]) > BYTE_MAX) {
        return Optional.empty();
      }
      address[i] = (byte) Integer.parseInt(parts[i]);
    }
    return parts.length == INET_BYTES ? Optional.of(address) : Optional.empty();
  }

  /** The sixteen bytes of an address, if it is one; two colons may stand for zeros once. */
  static Optional<byte[]> inet6(String text) {
    int gap = text.indexOf("::");
    ByteBuffer address = ByteBuffer.allocate(GROUPS * Short.BYTES);
    if (gap < 0) {
      return put(text, 0, address) == GROUPS ? Optional.of(address.array()) : Optional.empty();
    }
    String head = text.substring(0, gap);
    String tail = text.substring(gap + 2);
    int before = head.isEmpty() ? 0 : put(head, 0, address);
    int after = tail.isEmpty() ? 0 : tail.split(":", -1).length;
    if (before < 0 || before + after >= GROUPS) {
      return Optional.empty();
    }
    boolean whole = after == 0 || put(tail, GROUPS - after, address) == after;
    return whole ? Optional.of(address.array()) : Optional.empty();
  }

  /** Puts groups from one place on; returns how many, or below 0 if they are not groups. */
  private static int put(String text, int from, ByteBuffer address) {
    String[] groups = text.split(":", -1);
    if (from + groups.length > GROUPS) {
      return -1;
    }
    for (int i = 0; i < groups.length; i++) {
      if (!GROUP.matcher(groups[i]).matches()) {
        return -1;
      }
      address.putShort((from + i) * Short.BYTES, (short) Integer.parseInt(groups[i], HEX));
    }
    return groups.length;
  }
}
