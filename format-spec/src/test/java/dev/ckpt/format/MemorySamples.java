package dev.ckpt.format;

import dev.ckpt.format.record.GhostFile;
import dev.ckpt.format.record.SysvShm;
import dev.ckpt.format.record.VmaGuard;

/** Those of the {@link Samples} that are of memory. */
final class MemorySamples {
  private MemorySamples() {}

  static GhostFile ghostFile() {
    return new GhostFile(
        ByteString.of("/tmp/gone"), 0x801, 4712, 0100640, 1000, 1001, 12_345, -1_600_000_000_000L);
  }

  static SysvShm sysvShm() {
    return new SysvShm(
        98_306, 0x4300_0001, 03640, 1000, 1001, 1002, 1003, 40_960, 1_700_000_000L, true);
  }

  static VmaGuard vmaGuard() {
    return new VmaGuard(0x7f00_0000_2000L, 0x7f00_0000_3000L);
  }
}
