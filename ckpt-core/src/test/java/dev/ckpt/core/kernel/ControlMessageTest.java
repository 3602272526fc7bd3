package dev.ckpt.core.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ckpt.core.error.SyscallException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class ControlMessageTest {
  /** As recvmsg(2) gave it: IP_TTL 33, then IP_TOS 0xb8, one byte and padding. */
  private static final String CAPTURED =
      "1400000000000000"
          + "00000000"
          + "02000000"
          + "2100000000000000"
          + "1100000000000000"
          + "00000000"
          + "01000000"
          + "b800000000000000";

  private static List<ControlMessage> parse(String hex) throws SyscallException {
    return ControlMessage.parse(HexFormat.of().parseHex(hex));
  }

  @Test
  void parsesAll() throws SyscallException {
    List<ControlMessage> all = parse(CAPTURED);
    assertEquals(2, all.size());
    assertEquals(Netinet.IP_TTL, all.get(0).type());
    assertEquals(33, all.get(0).asInt());
    assertEquals(Netinet.IP_TOS, all.get(1).type());
    assertEquals(1, all.get(1).data().length);
    assertEquals(List.of(), parse(""));
  }

  @Test
  void theLastNeedsNoPadding() throws SyscallException {
    assertEquals(2, parse(CAPTURED.substring(0, CAPTURED.length() - 14)).size());
  }

  @Test
  void rejectsALengthBeyondTheRoom() {
    assertThrows(
        SyscallException.class, () -> parse("1500000000000000" + "0000000002000000" + "21000000"));
    assertThrows(
        SyscallException.class, () -> parse("0f00000000000000" + "0000000002000000" + "21000000"));
  }

  @Test
  void rejectsLessThanWhatIsWanted() throws SyscallException {
    ControlMessage nothing = parse("1000000000000000" + "0000000001000000").get(0);
    assertThrows(SyscallException.class, nothing::asByte);
    assertThrows(SyscallException.class, nothing::asInt);
    ControlMessage oneByte = parse(CAPTURED).get(1);
    assertEquals(0xb8, oneByte.asByte());
    assertThrows(SyscallException.class, oneByte::asInt);
  }
}
