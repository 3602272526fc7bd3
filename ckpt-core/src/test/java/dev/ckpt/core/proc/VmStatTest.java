package dev.ckpt.core.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class VmStatTest {
  private static VmStat parse(String text) throws ProcFormatException {
    return VmStat.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A counter that is below zero for a moment is shown as unsigned. */
  @Test
  void readsTheDirtyPages() throws ProcFormatException {
    VmStat stat =
        parse(
            "nr_free_pages 18446744073709551615\nnr_dirty 300\nnr_dirtied 7\n"
                + "nr_dirty_threshold 2000\nnr_dirty_background_threshold 1000\n");
    assertEquals(new VmStat(300, 1000), stat);
    assertEquals(700, stat.room());
    assertEquals(0, new VmStat(1001, 1000).room());
  }

  @Test
  void refusesWhatIsNoneOrSaysNothingOfThem() {
    for (String wrong :
        new String[] {
          "",
          "nr_dirty 1\n",
          "nr_dirty_background_threshold 1\n",
          "nr_dirty\nnr_dirty_background_threshold 1\n",
          "nr_dirty 1 2\nnr_dirty_background_threshold 1\n",
          "nr_dirty 1\nnr_dirty_background_threshold 1",
          "nr_dirty -1\nnr_dirty_background_threshold 1\n",
          "nr_dirty 18446744073709551615\nnr_dirty_background_threshold 1\n"
        }) {
      assertThrows(ProcFormatException.class, () -> parse(wrong), wrong);
    }
  }

  @Test
  void readsThatOfThisMachine() throws Exception {
    assertTrue(ProcFs.vmstat().nrDirtyBackgroundThreshold() > 0);
  }
}
