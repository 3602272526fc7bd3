package dev.ckpt.rstr.file;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The bytes of one TCP segment without data, with its IP header: what the other end has said, to be
 * said again to a new socket.
 *
 * <p>Source: RFC 791, 8200, 9293.
 */
final class TcpSegment {
  static final int FIN = 1;
  static final int ACK = 16;

  private static final int AF_INET = 2;
  private static final int PORT_OFFSET = 2;
  private static final int V4_OFFSET = 4;
  private static final int V6_OFFSET = 8;
  private static final int V6_BYTES = 16;
  private static final int V4_BYTES = 4;
  private static final int HEADER_BYTES = 20;
  private static final int CHECKSUM_OFFSET = 16;
  private static final int IPPROTO_TCP = 6;
  private static final int HOP_LIMIT = 64;
  private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

  private final byte[] from;
  private final byte[] to;
  private final short fromPort;
  private final short toPort;

  /**
   * Between two addresses.
   *
   * @param from sockaddr of the sender
   * @param to sockaddr of the receiver
   */
  TcpSegment(byte[] from, byte[] to) {
    this.from = address(from);
    this.to = address(to);
    this.fromPort = ByteBuffer.wrap(from).getShort(PORT_OFFSET);
    this.toPort = ByteBuffer.wrap(to).getShort(PORT_OFFSET);
  }

  /** The address alone: 4 bytes for IPv4, also where it is mapped into IPv6, else 16. */
  private static byte[] address(byte[] sockaddr) {
    if (sockaddr[0] == AF_INET) {
      return Arrays.copyOfRange(sockaddr, V4_OFFSET, V4_OFFSET + V4_BYTES);
    }
    byte[] v6 = Arrays.copyOfRange(sockaddr, V6_OFFSET, V6_OFFSET + V6_BYTES);
    boolean mapped = Arrays.equals(Arrays.copyOf(v6, MAPPED.length), MAPPED);
    return mapped ? Arrays.copyOfRange(v6, MAPPED.length, V6_BYTES) : v6;
  }

  /** The receiver's address alone. */
  byte[] receiver() {
    return to.clone();
  }

  /** Whether it goes over IPv6. */
  boolean isV6() {
    return to.length == V6_BYTES;
  }

  /** Its bytes. */
  byte[] bytes(int seq, int ack, int flags, int window) {
    ByteBuffer tcp = ByteBuffer.allocate(HEADER_BYTES);
    tcp.putShort(fromPort).putShort(toPort).putInt(seq).putInt(ack);
    tcp.put((byte) (HEADER_BYTES / Integer.BYTES << 4)).put((byte) flags);
    tcp.putShort((short) window);
    tcp.putShort(CHECKSUM_OFFSET, checksum(pseudoHeader(), tcp.array()));
    byte[] ip = isV6() ? v6Header() : v4Header();
    byte[] all = Arrays.copyOf(ip, ip.length + HEADER_BYTES);
    System.arraycopy(tcp.array(), 0, all, ip.length, HEADER_BYTES);
    return all;
  }

  /** NB: the kernel puts in identification and checksum (raw(7)). */
  private byte[] v4Header() {
    final int version4 = 0x45;
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    header.put((byte) version4).put((byte) 0).putShort((short) (2 * HEADER_BYTES)).putInt(0);
    header.put((byte) HOP_LIMIT).put((byte) IPPROTO_TCP).putShort((short) 0);
    return header.put(from).put(to).array();
  }

  private byte[] v6Header() {
    final int version6 = 0x60000000;
    final int headerBytes = 40;
    ByteBuffer header = ByteBuffer.allocate(headerBytes);
    header.putInt(version6).putShort((short) HEADER_BYTES);
    header.put((byte) IPPROTO_TCP).put((byte) HOP_LIMIT);
    return header.put(from).put(to).array();
  }

  /** Both kinds have the same sum: addresses, protocol and length. */
  private byte[] pseudoHeader() {
    return ByteBuffer.allocate(2 * to.length + Integer.BYTES)
        .put(from)
        .put(to)
        .putShort((short) IPPROTO_TCP)
        .putShort((short) HEADER_BYTES)
        .array();
  }

  private static short checksum(byte[]... parts) {
    int sum = 0;
    for (byte[] part : parts) {
      ByteBuffer words = ByteBuffer.wrap(part);
      while (words.hasRemaining()) {
        sum += words.getShort() & 0xffff;
      }
    }
    while (sum >>> Short.SIZE != 0) {
      sum = (sum & 0xffff) + (sum >>> Short.SIZE);
    }
    return (short) ~sum;
  }
}
