package dev.ckpt.cli.image;

import dev.ckpt.format.ByteString;
import java.nio.ByteBuffer;

/**
 * An address of IPv4 or IPv6 in the usual writing: {@code 127.0.0.1:80}, {@code [::1]:80}.
 *
 * <p>Source: struct sockaddr_in of ip(7), sockaddr_in6 of ipv6(7); RFC 5952 for the writing.
 */
final class SocketAddress {
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int IN_BYTES = 8;
  private static final int IN6_BYTES = 24;
  private static final int IN6_ADDRESS = 8;
  private static final int GROUPS = 8;

  private SocketAddress() {}

  /** The text of a sockaddr; empty for one that is neither. */
  static String text(ByteString sockaddr) {
    ByteBuffer bytes = sockaddr.asByteBuffer();
    if (bytes.remaining() >= IN_BYTES && sockaddr.byteAt(0) == AF_INET) {
      String address = "";
      for (int i = 4; i < IN_BYTES; i++) {
        address += (i == 4 ? "" : ".") + (bytes.get(i) & 0xff);
      }
      return address + ":" + port(bytes);
    }
    if (bytes.remaining() >= IN6_BYTES && sockaddr.byteAt(0) == AF_INET6) {
      int[] groups = new int[GROUPS];
      for (int i = 0; i < GROUPS; i++) {
        groups[i] = bytes.getShort(IN6_ADDRESS + 2 * i) & 0xffff;
      }
      return "[" + text(groups) + "]:" + port(bytes);
    }
    return "";
  }

  private static int port(ByteBuffer bytes) {
    return bytes.getShort(2) & 0xffff;
  }

  /** The longest run of zeros is left out; the first of two. */
  private static String text(int[] groups) {
    int gap = -1;
    int gapLen = 1;
    for (int from = 0; from < GROUPS; from++) {
      int to = from;
      while (to < GROUPS && groups[to] == 0) {
        to++;
      }
      if (to - from > gapLen) {
        gap = from;
        gapLen = to - from;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < GROUPS; i++) {
      if (i == gap) {
        text.append("::");
        i += gapLen - 1;
      } else {
        text.append(i == 0 || text.toString().endsWith(":") ? "" : ":");
        text.append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }
}
