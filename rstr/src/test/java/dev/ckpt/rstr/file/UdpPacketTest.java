package dev.ckpt.rstr.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.UdpDatagram;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/**
 * Checksums are from another implementation of RFC 1071; the kernel adds id and header checksum.
 */
class UdpPacketTest {
  private static String packet(String sender, String receiver, int hops, int tos, String data) {
    HexFormat hex = HexFormat.of();
    UdpDatagram datagram =
        new UdpDatagram(
            1,
            ByteString.of(hex.parseHex(sender)),
            ByteString.of(hex.parseHex(receiver)),
            hops,
            tos,
            ByteString.of(hex.parseHex(data)));
    return hex.formatHex(UdpPacket.of(datagram));
  }

  @Test
  void ipv4() {
    assertEquals(
        "45b8001f"
            + "00000000"
            + "21110000"
            + "7f000009"
            + "7f000001"
            + "00351f90000b"
            + "1da6"
            + "616263",
        packet(
            "02000035" + "7f000009" + "0000000000000000",
            "02001f90" + "7f000001" + "0000000000000000",
            33,
            0xb8,
            "616263"));
  }

  @Test
  void ipv6() {
    String one = "00000000000000000000000000000001";
    assertEquals(
        "6b800000" + "000a" + "11" + "40" + one + one + "00351f90000a" + "7eb1" + "6162",
        packet(
            "0a000035" + "00000000" + one + "00000000",
            "0a001f90" + "00000000" + one + "00000000",
            64,
            0xb8,
            "6162"));
  }

  /** A sum that is zero is sent as all ones: zero says that there is none. */
  @Test
  void aChecksumIsNeverZero() {
    String any = "02000000" + "00000000" + "0000000000000000";
    String packet = packet(any, any, 64, 0, "ffda");
    assertEquals("ffff", packet.substring(52, 56));
  }
}
