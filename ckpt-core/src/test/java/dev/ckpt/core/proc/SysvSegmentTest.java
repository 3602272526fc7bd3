package dev.ckpt.core.proc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class SysvSegmentTest {
  private static final String HEAD =
      "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid"
          + "      atime      dtime      ctime                   rss                  swap\n";

  /** As Linux 6.18 writes it; {@code ipcs -m} said the same of these two. */
  private static final String TWO =
      "1124073474     163842  3604                 41060  4242  4243      3  1001  1002     0     0"
          + " 1795737600          0 1795737599                 40960                     0\n"
          + "        -5          7   600                     1     1     0      0 4294967294     0"
          + "     0     0          0          0          1                     0             0\n";

  private static List<SysvSegment> parse(String text) throws ProcFormatException {
    return SysvSegment.parseAll(text.getBytes(UTF_8));
  }

  @Test
  void readsEverySegment() throws ProcFormatException {
    assertEquals(
        List.of(
            new SysvSegment(
                0x43000002, 163_842, 03604, 41_060, 4242, 3, 1001, 1002, 0, 0, 1_795_737_599L),
            new SysvSegment(-5, 7, 0600, 1, 1, 0, -2, 0, 0, 0, 1)),
        parse(HEAD + TWO));
    assertEquals(List.of(), parse(HEAD));
  }

  @Test
  void refusesWhatIsNoSegment() {
    assertThrows(ProcFormatException.class, () -> parse(""));
    assertThrows(ProcFormatException.class, () -> parse(TWO));
    assertThrows(ProcFormatException.class, () -> parse(HEAD + "1 2 3\n"));
    assertThrows(ProcFormatException.class, () -> parse(HEAD + TWO.substring(0, 60)));
  }

  @Test
  void readsThoseOfThisMachine() throws Exception {
    assertNotNull(ProcFs.sysvShm());
  }
}
