package dev.ckpt.rstr.file;

import dev.ckpt.core.kernel.Netinet;
import dev.ckpt.format.record.UdpDatagram;
import java.nio.ByteBuffer;

/** The bytes of a UDP datagram as it goes over a network: IP header, UDP header, data. */
final class UdpPacket {
  private static final int IPV4_HEADER_BYTES = 20;
  private static final int IPV6_HEADER_BYTES = 40;
  private static final int UDP_HEADER_BYTES = 8;

  // within a sockaddr_in and a sockaddr_in6
  private static final int PORT = 2;
  private static final int IPV4_ADDRESS = 4;
  private static final int IPV6_ADDRESS = 8;

  private UdpPacket() {}

  /** NB: of IPv4 the kernel itself fills in the checksum of the header and an id (raw(7)). */
  static byte[] of(UdpDatagram datagram) {
    byte[] from = address(datagram.isIpv4(), datagram.sender().toByteArray());
    byte[] to = address(datagram.isIpv4(), datagram.receiver().toByteArray());
    byte[] udp = udp(datagram, from, to);
    ByteBuffer packet = ByteBuffer.allocate(IPV6_HEADER_BYTES + udp.length);
    if (datagram.isIpv4()) {
      packet.put((byte) 0x45).put((byte) datagram.trafficClass());
      packet.putShort((short) (IPV4_HEADER_BYTES + udp.length)).putInt(0);
      packet.put((byte) datagram.hopLimit()).put((byte) Netinet.IPPROTO_UDP).putShort((short) 0);
    } else {
      packet.putInt(6 << 28 | datagram.trafficClass() << 20).putShort((short) udp.length);
      packet.put((byte) Netinet.IPPROTO_UDP).put((byte) datagram.hopLimit());
    }
    packet.put(from).put(to).put(udp).flip();
    byte[] bytes = new byte[packet.remaining()];
    packet.get(bytes);
    return bytes;
  }

  private static byte[] address(boolean ipv4, byte[] sockaddr) {
    byte[] address = new byte[ipv4 ? 4 : 16];
    System.arraycopy(sockaddr, ipv4 ? IPV4_ADDRESS : IPV6_ADDRESS, address, 0, address.length);
    return address;
  }

  private static byte[] udp(UdpDatagram datagram, byte[] from, byte[] to) {
    byte[] data = datagram.data().toByteArray();
    int lenBytes = UDP_HEADER_BYTES + data.length;
    ByteBuffer udp = ByteBuffer.allocate(lenBytes);
    udp.put(datagram.sender().toByteArray(), PORT, Short.BYTES);
    udp.put(datagram.receiver().toByteArray(), PORT, Short.BYTES);
    udp.putShort((short) lenBytes).putShort((short) 0).put(data);
    // The pseudo header's fields in any order: it is a sum.
    long sum = sum(from) + sum(to) + Netinet.IPPROTO_UDP + lenBytes + sum(udp.array());
    while (sum >>> Short.SIZE != 0) {
      sum = (sum & 0xffff) + (sum >>> Short.SIZE);
    }
    // All ones for none would say that there is no checksum (RFC 768).
    short checksum = (short) ~sum;
    return udp.putShort(UDP_HEADER_BYTES - 2, checksum == 0 ? -1 : checksum).array();
  }

  private static long sum(byte[] bytes) {
    long sum = 0;
    for (int i = 0; i < bytes.length; i++) {
      sum += (long) (bytes[i] & 0xff) << (i % 2 == 0 ? Byte.SIZE : 0);
    }
    return sum;
  }
}
