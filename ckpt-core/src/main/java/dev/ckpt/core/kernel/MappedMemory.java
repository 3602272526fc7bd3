package dev.ckpt.core.kernel;

import com.google.errorprone.annotations.MustBeClosed;
import com.sun.jna.Pointer;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Anonymous memory of our own that goes back to the kernel when it is closed, and not when the
 * collector finds the time: for buffers that are too large to be left lying about.
 *
 * <p>NB: a view that is used after {@link #close()} ends the JVM.
 */
public final class MappedMemory implements AutoCloseable {
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int MADV_HUGEPAGE = 14;

  /** Linux 5.14. */
  private static final int MADV_POPULATE_WRITE = 23;

  private final long address;
  private final int lenBytes;
  private boolean mapped = true;

  private MappedMemory(long address, int lenBytes) {
    this.address = address;
    this.lenBytes = lenBytes;
  }

  /**
   * Maps zeroed memory.
   *
   * @param lenBytes a multiple of the page size
   */
  @MustBeClosed
  public static MappedMemory map(int lenBytes) throws SyscallException {
    long address =
        LibC.syscall(
            SyscallNumbers.MMAP, 0, lenBytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
    return new MappedMemory(Call.check(address, "", "mmap", lenBytes), lenBytes);
  }

  /**
   * Has the kernel find pages now, huge ones where it can. Where it does not know how, or has none,
   * they are found when they are first used.
   *
   * @param firstBytes of how much, from the beginning on
   */
  public void populate(int firstBytes) {
    Objects.checkFromIndexSize(0, firstBytes, lenBytes);
    LibC.syscall(SyscallNumbers.MADVISE, address, lenBytes, MADV_HUGEPAGE, 0, 0, 0);
    LibC.syscall(SyscallNumbers.MADVISE, address, firstBytes, MADV_POPULATE_WRITE, 0, 0, 0);
  }

  /** A part of it as a direct buffer. */
  public ByteBuffer view(int offset, int viewBytes) {
    Objects.checkFromIndexSize(offset, viewBytes, lenBytes);
    return new Pointer(address + offset).getByteBuffer(0, viewBytes);
  }

  @Override
  public void close() {
    if (mapped) {
      mapped = false;
      LibC.syscall(SyscallNumbers.MUNMAP, address, lenBytes, 0, 0, 0, 0);
    }
  }
}
