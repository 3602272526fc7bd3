package dev.ckpt.mem;

import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.Files;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.ShmemKind;
import java.util.ArrayList;
import java.util.List;

/**
 * Shared memory as an object of its own: anonymous, or a memfd. Its pages are walked through the
 * object, once, however often it is mapped; page tables say too little of it.
 */
final class SharedObject implements AutoCloseable {
  private static final String MEMFD = "/memfd:";
  private static final String DELETED = " (deleted)";

  private final ShmemKind kind;
  private final ByteString name;
  private final FileStat stat;
  private final Fd handle;
  private int objref;

  private SharedObject(ShmemKind kind, ByteString name, FileStat stat, Fd handle) {
    this.kind = kind;
    this.name = name;
    this.stat = stat;
    this.handle = handle;
  }

  /**
   * Takes hold of an object.
   *
   * @param link its name in maps or in /proc/PID/fd
   * @param handle a descriptor for it, owned from now on
   */
  static SharedObject of(String link, FileStat stat, Fd handle) {
    if (!link.startsWith(MEMFD)) {
      return new SharedObject(ShmemKind.ANON, ByteString.of(""), stat, handle);
    }
    String name =
        link.endsWith(DELETED)
            ? link.substring(MEMFD.length(), link.length() - DELETED.length())
            : link.substring(MEMFD.length());
    return new SharedObject(ShmemKind.MEMFD, ByteString.of(name), stat, handle);
  }

  FileStat stat() {
    return stat;
  }

  Fd handle() {
    return handle;
  }

  int objref() {
    return objref;
  }

  void written(int reference) {
    objref = reference;
  }

  /** Its record. */
  Shmem record() throws SyscallException {
    int seals = kind == ShmemKind.MEMFD ? seals() : 0;
    return new Shmem(kind, name, stat.size(), seals, 0, stat.mode() & ~FileStat.S_IFMT);
  }

  private int seals() throws SyscallException {
    try {
      return handle.fcntl(Fcntl.F_GET_SEALS, 0);
    } catch (SyscallException e) {
      if (e.errno() == Errno.EINVAL) {
        return 0;
      }
      throw e;
    }
  }

  /** The ranges that hold data, as offsets in the object. */
  List<PageRange> dataRanges() throws CkptException {
    List<PageRange> ranges = new ArrayList<>();
    long pageMask = PageRange.PAGE_SIZE - 1;
    long at = 0;
    while (at < stat.size()) {
      long data = Files.seekSparse(handle, at, Fcntl.SEEK_DATA);
      if (data < 0) {
        break;
      }
      long hole = Files.seekSparse(handle, data, Fcntl.SEEK_HOLE);
      long end = (hole < 0 ? stat.size() : hole) + pageMask & ~pageMask;
      long start = data & ~pageMask;
      ranges.add(new PageRange(start, (end - start) / PageRange.PAGE_SIZE));
      at = end;
    }
    return ranges;
  }

  @Override
  public void close() {
    handle.close();
  }
}
