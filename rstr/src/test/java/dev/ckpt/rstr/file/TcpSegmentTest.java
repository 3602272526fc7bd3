package dev.ckpt.rstr.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The bytes were made by another program, with sums as RFC 1071 has them. */
class TcpSegmentTest {
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final String V4 =
      "4500002800000000400600000a0000010a000002" + "00509c40fffffff0123456785011100086a30000";
  private static final String V6 =
      "600000000014064020010db800000000000000000000000120010db8000000000000000000000002"
          + "00509c40000000070000000950100000b7bf0000";

  private static byte[] sockaddr(int family, int port, byte[] address) {
    ByteBuffer sockaddr = ByteBuffer.allocate(family == AF_INET ? 16 : 28);
    sockaddr.order(ByteOrder.LITTLE_ENDIAN).putShort((short) family);
    sockaddr.order(ByteOrder.BIG_ENDIAN).putShort((short) port);
    sockaddr.position(family == AF_INET ? 4 : 8);
    return sockaddr.put(address).array();
  }

  private static byte[] address(String text) throws UnknownHostException {
    return InetAddress.getByName(text).getAddress();
  }

  @Test
  void saysTheEndOverIpv4() throws UnknownHostException {
    TcpSegment segment =
        new TcpSegment(
            sockaddr(AF_INET, 80, address("10.0.0.1")),
            sockaddr(AF_INET, 40000, address("10.0.0.2")));
    byte[] bytes = segment.bytes(0xffff_fff0, 0x1234_5678, TcpSegment.FIN | TcpSegment.ACK, 0x1000);
    assertFalse(segment.isV6());
    assertEquals(V4, HexFormat.of().formatHex(bytes));
  }

  @Test
  void acknowledgesOverIpv6() throws UnknownHostException {
    TcpSegment segment =
        new TcpSegment(
            sockaddr(AF_INET6, 80, address("2001:db8::1")),
            sockaddr(AF_INET6, 40000, address("2001:db8::2")));
    assertTrue(segment.isV6());
    assertEquals(V6, HexFormat.of().formatHex(segment.bytes(7, 9, TcpSegment.ACK, 0)));
  }

  @Test
  void goesOverIpv4WhereThatIsMapped() throws UnknownHostException {
    TcpSegment segment =
        new TcpSegment(
            sockaddr(AF_INET6, 80, mapped(address("10.0.0.1"))),
            sockaddr(AF_INET6, 40000, mapped(address("10.0.0.2"))));
    byte[] bytes = segment.bytes(0xffff_fff0, 0x1234_5678, TcpSegment.FIN | TcpSegment.ACK, 0x1000);
    assertFalse(segment.isV6());
    assertEquals(V4, HexFormat.of().formatHex(bytes));
  }

  private static byte[] mapped(byte[] v4) {
    return ByteBuffer.allocate(16).putShort(10, (short) 0xffff).position(12).put(v4).array();
  }
}
