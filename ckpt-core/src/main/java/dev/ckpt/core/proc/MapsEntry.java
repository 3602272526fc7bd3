package dev.ckpt.core.proc;

import dev.ckpt.format.ByteString;

/**
 * One vma as a line of {@code /proc/PID/maps} shows it.
 *
 * <p>Units: addresses and the offset in bytes, unsigned; {@code inode} unsigned.
 *
 * @param end first address behind it
 * @param prot PROT_READ 1, PROT_WRITE 2, PROT_EXEC 4
 * @param shared VM_MAYSHARE: {@code s} rather than {@code p}
 * @param name the name with {@code \012} read as a newline, or empty: a path, or one of the
 *     kernel's own such as {@code [heap]}
 * @param rawName the name as the line has it
 */
public record MapsEntry(
    long start,
    long end,
    int prot,
    boolean shared,
    long offset,
    int devMajor,
    int devMinor,
    long inode,
    ByteString name,
    ByteString rawName) {

  public static final int PROT_READ = 1;
  public static final int PROT_WRITE = 2;
  public static final int PROT_EXEC = 4;

  private static final ByteString DELETED = ByteString.of(" (deleted)");

  /** Checks that the range is not empty and does not run backwards. */
  public MapsEntry {
    if (Long.compareUnsigned(start, end) >= 0) {
      throw new IllegalArgumentException(
          "vma " + Long.toHexString(start) + "-" + Long.toHexString(end) + " is empty");
    }
  }

  public long lenBytes() {
    return end - start;
  }

  public boolean readable() {
    return (prot & PROT_READ) != 0;
  }

  public boolean writable() {
    return (prot & PROT_WRITE) != 0;
  }

  public boolean executable() {
    return (prot & PROT_EXEC) != 0;
  }

  /** Whether the address lies in this vma. */
  public boolean contains(long address) {
    return Long.compareUnsigned(start, address) <= 0 && Long.compareUnsigned(address, end) < 0;
  }

  /**
   * Whether the name ends as that of a deleted file does.
   *
   * <p>NB: a living file may be called {@code x (deleted)}; device and inode tell which it is.
   */
  public boolean deleted() {
    return rawName.endsWith(DELETED);
  }

  /** The name without the {@code (deleted)} behind it. */
  public ByteString nameWithoutDeleted() {
    return deleted() ? name.substring(0, name.length() - DELETED.length()) : name;
  }

  /**
   * Whether the name cannot be told for certain from this line.
   *
   * <p>NB: the kernel writes a newline as {@code \012} but leaves a backslash as it is, so that a
   * file really called {@code \012} looks the same. The link in map_files is never ambiguous.
   */
  public boolean nameIsAmbiguous() {
    return !name.equals(rawName);
  }

  /**
   * Whether the name is one of the kernel's, in square brackets: {@code [heap]}, {@code [vdso]}.
   */
  public boolean special() {
    return !rawName.isEmpty() && rawName.byteAt(0) == '[';
  }

  /** The range as the line has it, which is also its name in {@code /proc/PID/map_files}. */
  public String range() {
    return Long.toHexString(start) + "-" + Long.toHexString(end);
  }
}
