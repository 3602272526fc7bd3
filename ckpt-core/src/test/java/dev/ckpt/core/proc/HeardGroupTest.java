package dev.ckpt.core.proc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ckpt.format.ByteString;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** As Linux 6.18 writes it; {@code ip maddress} said the same. */
class HeardGroupTest {
  private static final String HEAD =
      "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n";

  private static final String IGMP =
      HEAD
          + "1\tlo        :     2      V3\n"
          + "\t\t\t\t014DFFEF     1 0:00000000\t\t0\n"
          + "\t\t\t\t010000E0     1 0:00000000\t\t0\n"
          + "4\tlongname1234567:     1      V3\n"
          + "\t\t\t\t010000E0     1 0:00000000\t\t0\n";

  private static final String IGMP6 =
      "1    lo              ff020000000000000000000000000001     1 0000000C 0\n"
          + "4    eth0            ff0200000000000000000001ff000002     1 00000004 0\n";

  private static HeardGroup group(int ifindex, String device, String address) {
    return new HeardGroup(ifindex, device, ByteString.of(HexFormat.of().parseHex(address)));
  }

  @Test
  void readsEveryGroup() throws ProcFormatException {
    assertEquals(
        List.of(
            group(1, "lo", "efff4d01"),
            group(1, "lo", "e0000001"),
            group(4, "longname1234567", "e0000001")),
        HeardGroup.parseIpv4(IGMP.getBytes(UTF_8)));
    assertEquals(
        List.of(
            group(1, "lo", "ff020000000000000000000000000001"),
            group(4, "eth0", "ff0200000000000000000001ff000002")),
        HeardGroup.parseIpv6(IGMP6.getBytes(UTF_8)));
    assertEquals(List.of(), HeardGroup.parseIpv4(HEAD.getBytes(UTF_8)));
    assertEquals(List.of(), HeardGroup.parseIpv6(new byte[0]));
  }

  @Test
  void refusesWhatIsNoGroup() {
    assertThrows(ProcFormatException.class, () -> HeardGroup.parseIpv4("x\n".getBytes(UTF_8)));
    assertThrows(
        ProcFormatException.class, () -> HeardGroup.parseIpv4((HEAD + "\t\tx\n").getBytes(UTF_8)));
    assertThrows(
        ProcFormatException.class, () -> HeardGroup.parseIpv6("1 lo ff02 1\n".getBytes(UTF_8)));
  }
}
