package dev.ckpt.core.kernel;

import dev.ckpt.core.error.SyscallException;
import java.lang.ref.Reference;

/** Huge TLB pages, from {@code linux/mman.h}, {@code linux/memfd.h} and {@code linux/magic.h}. */
public final class Hugetlb {
  public static final int MAP_HUGETLB = 0x40000;
  public static final int MFD_HUGETLB = 0x4;

  private static final long HUGETLBFS_MAGIC = 0x958458f6L;
  private static final int HUGE_SHIFT = 26;
  private static final int STATFS_BYTES = 120;

  private Hugetlb() {}

  /**
   * The size of the huge TLB pages that a file is made of; 0 if it is an ordinary one. NB: the
   * block size alone does not tell, shared memory with transparent huge pages has a large one too.
   */
  public static long pageBytes(Fd file) throws SyscallException {
    // struct statfs: f_type 0, f_bsize 8
    NativeBuffer statfs = NativeBuffer.allocate(STATFS_BYTES);
    Call.check(
        LibC.syscall(Numbers.FSTATFS, file.number(), statfs.address(), 0, 0, 0, 0),
        "",
        "fstatfs",
        file.number());
    long bytes = statfs.getLong(0) == HUGETLBFS_MAGIC ? statfs.getLong(8) : 0;
    Reference.reachabilityFence(statfs);
    return bytes;
  }

  /** A size of pages as MAP_ and MFD_ flags have it: its logarithm above bit 26. */
  public static int sizeFlag(long pageBytes) {
    return Long.numberOfTrailingZeros(pageBytes) << HUGE_SHIFT;
  }
}
