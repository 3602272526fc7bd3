package dev.ckpt.core.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.format.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Answers as struct packet_diag_msg and its attributes are laid out; the live tests have real ones.
 */
class PacketDiagTest {
  private static final String HEAD = "11030003" + "39300000" + "0100000000000000";
  private static final String INFO_RUNNING =
      "1c000000" + "01000000" + "00000000" + "00000000" + "00000000" + "00000000" + "01000000";
  private static final String INFO_DOWN = INFO_RUNNING.substring(0, 48) + "00000000";
  private static final String NO_LIST = "04000100";
  private static final String ADDRESS = "0180c200000e";

  private static PacketDiag parse(String hex) throws SyscallException {
    byte[] bytes = HexFormat.of().parseHex(hex);
    return PacketDiag.parse(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
  }

  private static String membership(int type, String address) {
    String head = "02000000" + "03000000" + "0" + type + "00" + "0" + address.length() / 2 + "00";
    return head + address + "00".repeat(32 - address.length() / 2);
  }

  @Test
  void readsMemberships() throws SyscallException {
    String list = "5c000100" + membership(1, "") + membership(0, ADDRESS);
    PacketDiag socket = parse(HEAD + INFO_RUNNING + list);
    assertEquals(12345, socket.ino());
    assertTrue(socket.running());
    assertFalse(socket.hasRing() || socket.grouped());
    ByteString address = ByteString.of(HexFormat.of().parseHex(ADDRESS));
    assertEquals(
        List.of(
            new PacketDiag.Membership(2, 1, 3, ByteString.of("")),
            new PacketDiag.Membership(2, 0, 3, address)),
        socket.memberships());
  }

  @Test
  void seesRingsAndGroups() throws SyscallException {
    String ring = "20000300" + "00".repeat(28);
    assertTrue(parse(HEAD + INFO_DOWN + NO_LIST + ring).hasRing());
    PacketDiag member = parse(HEAD + INFO_DOWN + NO_LIST + "08000400" + "00000000");
    assertTrue(member.grouped());
    assertFalse(member.running() || member.hasRing());
    assertEquals(List.of(), member.memberships());
  }

  @Test
  void refusesAnswersThatAreCutOrSayMoreThanThereIs() {
    String list = "5c000100" + membership(1, "") + membership(0, ADDRESS);
    for (String wrong :
        List.of(
            "",
            HEAD.substring(2),
            HEAD,
            HEAD + INFO_RUNNING.substring(0, 54),
            HEAD + "1b000000" + INFO_RUNNING.substring(8),
            HEAD + "03000000" + INFO_RUNNING.substring(8),
            HEAD + INFO_RUNNING + "ffff0100",
            HEAD + INFO_RUNNING + list.replace("06000180c2", "21000180c2"),
            HEAD + INFO_RUNNING + list.replace("06000180c2", "ffff0180c2"))) {
      SyscallException e = assertThrows(SyscallException.class, () -> parse(wrong), wrong);
      assertEquals(Errno.EBADMSG, e.errno());
    }
  }

  @Test
  void addressesAreAsTheKernelWantsThem() {
    byte[] name = HexFormat.of().parseHex("1100" + "88b5" + "07000000" + "00".repeat(12));
    assertArrayEquals(name, Packet.address(0x88b5, 7));
    assertEquals(0x88b5, Packet.protocol(name));
    assertEquals(7, Packet.ifindex(name));
  }
}
