package dev.ckpt.format;

import dev.ckpt.format.record.GhostFile;
import dev.ckpt.format.record.GhostFolder;
import dev.ckpt.format.record.Mempolicy;
import dev.ckpt.format.record.Pkeys;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.ShmemKind;
import dev.ckpt.format.record.SysvShm;
import dev.ckpt.format.record.VdsoImage;
import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaGuard;
import dev.ckpt.format.record.VmaKind;
import dev.ckpt.format.record.VmaPkey;
import java.util.EnumSet;

/** Those of the {@link Samples} that are of memory, and of what lost its name. */
final class MemorySamples {
  private MemorySamples() {}

  static GhostFile ghostFile() {
    return new GhostFile(
        ByteString.of("/tmp/gone"), 0x801, 4712, 0100640, 1000, 1001, 12_345, -1_600_000_000_000L);
  }

  static GhostFolder ghostFolder() {
    return new GhostFolder(ByteString.of("/tmp/gone.d"), 041751, 1000, 1001, true);
  }

  static SysvShm sysvShm() {
    return new SysvShm(
        98_306, 0x4300_0001, 03640, 1000, 1001, 1002, 1003, 40_960, 1_700_000_000L, true);
  }

  static Shmem shmem() {
    return new Shmem(ShmemKind.MEMFD, ByteString.of("buffer"), 1 << 20, 0xe, 0x3, 0100600);
  }

  static Vma vma() {
    long flags = VmFlag.bitsOf(EnumSet.of(VmFlag.RD, VmFlag.WR, VmFlag.AC, VmFlag.DP));
    return new Vma(
        Samples.HEAP,
        Samples.HEAP + 0x2_1000,
        3,
        0x22,
        flags,
        0,
        0,
        ByteString.of("[heap]"),
        VmaKind.ANON_PRIVATE);
  }

  static Vma sharedVma() {
    return new Vma(
        0x7f00_0000_0000L,
        0x7f00_0010_0000L,
        3,
        0x1,
        VmFlag.SH.bit(),
        0x1000,
        Samples.MEMFD,
        ByteString.of("/memfd:buffer (deleted)"),
        VmaKind.ANON_SHARED);
  }

  static Pkeys pkeys() {
    return new Pkeys(0b101010);
  }

  static VmaPkey vmaPkey() {
    return new VmaPkey(0x7f00_0000_0000L, 3);
  }

  static VdsoImage vdsoImage() {
    return new VdsoImage(ByteString.of(new byte[4096]));
  }

  static Mempolicy mempolicy() {
    return new Mempolicy(0, 0x7f00_0000_0000L, 0x8002, ByteString.of(new byte[] {5}));
  }

  static VmaGuard vmaGuard() {
    return new VmaGuard(0x7f00_0000_2000L, 0x7f00_0000_3000L);
  }
}
