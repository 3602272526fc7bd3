package dev.ckpt.core.proc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ckpt.format.ByteString;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** As Linux 6.18 writes it; the program that had them knew their addresses. */
class RawSockTest {
  private static final String HEAD =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout"
          + " inode ref pointer drops\n";

  private static final String RAW =
      HEAD
          + "   1: 0100007F:0001 0200007F:1F90 01 00000000:00000000 00:00000000 00000000"
          + "     0        0 6431726 2 000000004a88d62b 0\n"
          + " 255: 00000000:00FF 00000000:0000 07 00000000:00000300 00:00000000 00000000"
          + "  1000        0 4294967295 2 000000004a88d62b 7\n";

  private static final String RAW6 =
      "  sl  local_address                         remote_address                        st\n"
          + "   58: 00000000000000000000000000000000:003A B80D0120000000000000000001000000:0000 01"
          + " 00000000:00000000 00:00000000 00000000     0        0 6431727 2 0000000078664aad 0\n";

  private static ByteString bytes(String hex) {
    return ByteString.of(HexFormat.of().parseHex(hex));
  }

  @Test
  void readsPeersAndStates() throws ProcFormatException {
    assertEquals(
        List.of(
            new RawSock(6431726, true, bytes("7f000002"), 8080),
            new RawSock(4294967295L, false, bytes("00000000"), 0)),
        RawSock.parse(RAW.getBytes(UTF_8)));
    assertEquals(
        List.of(new RawSock(6431727, true, bytes("20010db8000000000000000000000001"), 0)),
        RawSock.parse(RAW6.getBytes(UTF_8)));
    assertEquals(List.of(), RawSock.parse(HEAD.getBytes(UTF_8)));
  }

  @Test
  void refusesWhatIsNoAddress() {
    for (String wrong : List.of("0200007:1F90", "0200007F", "0200007F:1F9", "0200007x:1F90")) {
      byte[] text = RAW.replace("0200007F:1F90", wrong).getBytes(UTF_8);
      assertThrows(ProcFormatException.class, () -> RawSock.parse(text), wrong);
    }
    assertThrows(ProcFormatException.class, () -> RawSock.parse("Idx\n".getBytes(UTF_8)));
  }
}
