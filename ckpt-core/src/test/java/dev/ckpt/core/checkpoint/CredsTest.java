package dev.ckpt.core.checkpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.core.proc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CredsTest {
  private static final long BOUNDING = 0x1ff_feff_ffffL;

  /** Our own status with other ids and capabilities. */
  private static Status status(String uids, long inh, long prm, long eff, long bnd, long amb)
      throws Exception {
    StringBuilder text = new StringBuilder();
    for (String line : Files.readAllLines(Path.of("/proc/self/status"), ISO_8859_1)) {
      String key = line.substring(0, line.indexOf(':') + 1);
      text.append(
          switch (key) {
            case "Uid:" -> key + "\t" + uids.replace(' ', '\t');
            case "CapInh:" -> key + "\t" + hex(inh);
            case "CapPrm:" -> key + "\t" + hex(prm);
            case "CapEff:" -> key + "\t" + hex(eff);
            case "CapBnd:" -> key + "\t" + hex(bnd);
            case "CapAmb:" -> key + "\t" + hex(amb);
            default -> line;
          });
      text.append('\n');
    }
    return Status.parse(text.toString().getBytes(ISO_8859_1));
  }

  private static String hex(long mask) {
    return String.format("%016x", mask);
  }

  @ParameterizedTest
  @CsvSource({
    // ids; inheritable, permitted, effective, bounding, ambient as all (1) or none (0)
    "0 0 0 0,0,1,1,1,0,true",
    "1000 1000 1000 1000,0,0,0,1,0,true",
    "1000 0 0 0,0,1,1,1,0,true",
    "0 1000 0 1000,0,1,0,1,0,true",
    "1000 1000 0 1000,0,1,0,1,0,true",
    "0 0 0 0,0,1,0,1,0,false",
    "0 0 0 0,0,0,0,1,0,false",
    "0 0 0 0,1,1,1,1,0,false",
    "0 0 0 0,0,1,1,0,0,false",
    "1000 1000 1000 1000,0,1,1,1,0,false",
    "1000 1000 1000 1000,0,1,0,1,0,false",
    "1000 1000 1000 1000,1,1,1,1,1,false",
    "0 1000 0 1000,0,1,1,1,0,false"
  })
  void onlyWhatTheIdsGiveIsUsual(
      String uids, int inh, int prm, int eff, int bnd, int amb, boolean usual) throws Exception {
    Status status =
        status(
            uids, inh * BOUNDING, prm * BOUNDING, eff * BOUNDING, bnd * BOUNDING, amb * BOUNDING);
    assertEquals(usual, Creds.hasDefaultCaps(status, BOUNDING));
  }
}
