package dev.ckpt.core.proc;

/**
 * What the machine's memory holds for its disks: some lines of {@code /proc/vmstat}.
 *
 * <p>Source: vmstat_show in mm/vmstat.c, global_dirty_limits in mm/page-writeback.c.
 *
 * @param nrDirty pages that are still to be written
 * @param nrDirtyBackgroundThreshold from how many on the kernel begins to write them
 */
public record VmStat(long nrDirty, long nrDirtyBackgroundThreshold) {
  private static final String DIRTY = "nr_dirty";
  private static final String THRESHOLD = "nr_dirty_background_threshold";

  /**
   * Parses the file.
   *
   * @throws ProcFormatException if a line is no name and number, or one of those that are wanted is
   *     missing
   */
  public static VmStat parse(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor("/proc/vmstat", text);
    long dirty = -1;
    long threshold = -1;
    while (!in.atEnd()) {
      String name = in.word();
      in.expect(' ');
      long value = in.decimal();
      in.expect('\n');
      switch (name) {
        case DIRTY -> dirty = value;
        case THRESHOLD -> threshold = value;
        default -> {}
      }
    }
    if (dirty < 0 || threshold < 0) {
      throw in.bad("want " + DIRTY + " and " + THRESHOLD + ", found no line of one");
    }
    return new VmStat(dirty, threshold);
  }

  /** How many pages more can be dirtied before the kernel begins to write. */
  public long room() {
    return Math.max(0, nrDirtyBackgroundThreshold - nrDirty);
  }
}
