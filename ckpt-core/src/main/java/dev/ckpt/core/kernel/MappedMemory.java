package dev.ckpt.core.kernel;

import com.google.errorprone.annotations.MustBeClosed;
import com.sun.jna.Pointer;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Memory of our own that goes back to the kernel when it is closed, and not when the collector
 * finds the time: for buffers that are too large to be left lying about.
 *
 * <p>NB: a view that is used after {@link #close()} ends the JVM.
 */
public final class MappedMemory implements AutoCloseable {
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_SHARED = 1;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int MADV_HUGEPAGE = 14;
  private static final int MADV_POPULATE_WRITE = 23;

  private final long address;
  private final long lenBytes;
  private boolean mapped = true;

  private MappedMemory(long address, long lenBytes) {
    this.address = address;
    this.lenBytes = lenBytes;
  }

  /**
   * Maps zeroed memory, of huge pages where the kernel has any.
   *
   * @param lenBytes a multiple of the page size
   */
  @MustBeClosed
  // What is mapped here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  public static MappedMemory map(int lenBytes) throws SyscallException {
    MappedMemory memory = map(lenBytes, MAP_PRIVATE_ANONYMOUS, -1);
    LibC.syscall(SyscallNumbers.MADVISE, memory.address, lenBytes, MADV_HUGEPAGE, 0, 0, 0);
    return memory;
  }

  /**
   * Maps the beginning of a file of ours: what is put there is in the file.
   *
   * <p>NB: to touch what lies behind the end of the file, or has no room on the disk, ends the JVM:
   * see {@link Files#allocate}.
   *
   * @param lenBytes a multiple of the page size
   */
  @MustBeClosed
  public static MappedMemory of(Fd file, long lenBytes) throws SyscallException {
    return map(lenBytes, MAP_SHARED, file.number());
  }

  @MustBeClosed
  private static MappedMemory map(long lenBytes, int flags, int fd) throws SyscallException {
    long address = LibC.syscall(SyscallNumbers.MMAP, 0, lenBytes, PROT_READ_WRITE, flags, fd, 0);
    return new MappedMemory(Call.check(address, "", "mmap", lenBytes, flags, fd), lenBytes);
  }

  /**
   * Has the kernel find pages now. Those that it does not find are found when they are first used.
   *
   * @return whether it has found all of them
   */
  public boolean populate(long offset, long populatedBytes) {
    Objects.checkFromIndexSize(offset, populatedBytes, lenBytes);
    return !NewerFeature.MADV_POPULATE_WRITE.isHidden()
        && LibC.syscall(
                SyscallNumbers.MADVISE,
                address + offset,
                populatedBytes,
                MADV_POPULATE_WRITE,
                0,
                0,
                0)
            == 0;
  }

  /** A part of it as a direct buffer. */
  public ByteBuffer view(long offset, int viewBytes) {
    Objects.checkFromIndexSize(offset, viewBytes, lenBytes);
    return new Pointer(address + offset).getByteBuffer(0, viewBytes);
  }

  /**
   * Where the rest of a direct buffer stands in it.
   *
   * @return an offset; -1 when it stands elsewhere
   */
  public long offsetOf(ByteBuffer bytes) {
    long offset = NativeBuffer.addressOf(bytes) + bytes.position() - address;
    return covers(offset, bytes.remaining()) ? offset : -1;
  }

  /** Whether it is there, and reaches that far. */
  public boolean covers(long offset, int viewBytes) {
    return mapped && offset >= 0 && offset <= lenBytes - viewBytes;
  }

  /** Its size. */
  public long lenBytes() {
    return lenBytes;
  }

  @Override
  public void close() {
    if (mapped) {
      mapped = false;
      LibC.syscall(SyscallNumbers.MUNMAP, address, lenBytes, 0, 0, 0, 0);
    }
  }
}
