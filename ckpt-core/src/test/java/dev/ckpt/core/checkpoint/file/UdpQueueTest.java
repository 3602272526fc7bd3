package dev.ckpt.core.checkpoint.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.ControlMessage;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.format.ByteString;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Messages as recvmsg(2) gave them. */
class UdpQueueTest {
  private static final HexFormat HEX = HexFormat.of();

  private static final String TO_V4 =
      "2000000000000000" + "0000000014000000" + "0200bff97f000001" + "0000000000000000";
  private static final String TTL = "1400000000000000" + "0000000002000000" + "2100000000000000";
  private static final String TOS = "1100000000000000" + "0000000001000000" + "b800000000000000";
  private static final String TO_V6 =
      "2c00000000000000"
          + "290000004a000000"
          + "0a00bff900000000"
          + "0000000000000000"
          + "0000000000000001"
          + "0000000000000000";
  private static final String HOPS = "1400000000000000" + "2900000034000000" + "2c00000000000000";
  private static final String CLASS = "1400000000000000" + "2900000043000000" + "2e00000000000000";

  private static final String V4 = "02000035090909090000000000000000";
  private static final String MAPPED =
      "0a000035" + "00000000" + "00000000000000000000ffff09090909" + "00000000";
  private static final String V6 =
      "0a000035" + "00000000" + "20014860000000000000000000008888" + "00000000";

  private static UdpQueue.Datagram parse(String sender, String control, int flags)
      throws SyscallException {
    return UdpQueue.parse(
        new Sockets.Message(
            HEX.parseHex(sender), ControlMessage.parse(HEX.parseHex(control)), flags, new byte[3]));
  }

  private static ByteString bytes(String hex) {
    return ByteString.of(HEX.parseHex(hex));
  }

  @Test
  void ofIpv4() throws SyscallException {
    UdpQueue.Datagram datagram = parse(V4, TTL + TOS + TO_V4, 0);
    assertEquals(Optional.empty(), datagram.flaw());
    assertEquals(bytes(V4), datagram.sender());
    assertEquals(bytes("0200bff97f0000010000000000000000"), datagram.receiver());
    assertEquals(33, datagram.hopLimit());
    assertEquals(0xb8, datagram.trafficClass());
  }

  @Test
  void ofIpv6() throws SyscallException {
    UdpQueue.Datagram datagram = parse(V6, HOPS + CLASS + TO_V6, 0);
    assertEquals(Optional.empty(), datagram.flaw());
    assertEquals(bytes(V6), datagram.sender());
    assertEquals(44, datagram.hopLimit());
    assertEquals(0x2e, datagram.trafficClass());
  }

  @Test
  void aMappedSenderBecomesOneOfIpv4() throws SyscallException {
    assertEquals(bytes(V4), parse(MAPPED, TTL + TOS + TO_V4, 0).sender());
  }

  @Test
  void refusesAncillaryDataThatIsTooShort() {
    String none = "1000000000000000";
    String three = "1300000000000000";
    for (String wrong :
        List.of(
            none + "0000000001000000",
            three + "0000000002000000" + "2100000000000000",
            none + "2900000034000000",
            three + "2900000043000000" + "2e00000000000000")) {
      SyscallException e =
          assertThrows(SyscallException.class, () -> parse(V4, wrong + TO_V4, 0), wrong);
      assertEquals(Errno.EBADMSG, e.errno());
    }
  }

  @Test
  void aSocketAddressOfNoFamilyHasAFlaw() throws SyscallException {
    String short1 = "1300000000000000" + "0000000014000000" + "0200bf0000000000";
    assertTrue(parse(V4, TTL + TOS + short1, 0).flaw().isPresent(), "receiver");
    assertTrue(parse("0200", HOPS + CLASS + TO_V6, 0).flaw().isPresent(), "sender");
    assertTrue(parse("0200", TTL + TOS + TO_V4, 0).flaw().isPresent(), "sender of IPv4");
  }

  @Test
  void whatCannotBeSentAgainHasAFlaw() throws SyscallException {
    String gro = "1400000000000000" + "1100000068000000" + "e803000000000000";
    assertTrue(parse(V4, TTL + TOS + gro + TO_V4, 0).flaw().orElseThrow().contains("104"), "GRO");
    assertTrue(parse(V4, TTL + TOS + TO_V4, Socket.MSG_CTRUNC).flaw().isPresent(), "cut");
    assertTrue(parse(V4, TTL + TOS, 0).flaw().isPresent(), "no receiver");
    String local = V6.replace("20014860", "fe800000");
    assertTrue(parse(local, HOPS + CLASS + TO_V6, 0).flaw().isPresent(), "link-local");
  }
}
