package dev.ckpt.mem;

import dev.ckpt.core.checkpoint.GhostFiles;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.Hugetlb;
import dev.ckpt.core.proc.MapsEntry;
import dev.ckpt.core.proc.SysvSegment;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.GhostFile;
import dev.ckpt.format.record.MemoryObject;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.ShmemKind;
import java.util.Optional;

/**
 * Memory as an object of its own: shared and anonymous, a memfd, a System V segment, or a file
 * without a name. Its pages are walked through the object, once, however often it is mapped; page
 * tables say too little of it.
 */
final class SharedObject implements AutoCloseable {
  /**
   * What tells an object from all others. NB: the inode number of a System V segment is its id, and
   * may be that of another object of the same file system.
   */
  record Key(boolean sysv, long dev, long ino) {
    static Key of(ByteString link, FileStat stat) {
      return new Key(link.startsWith(SYSV), stat.dev(), stat.ino());
    }

    static Key of(MapsEntry entry) {
      long dev = (long) entry.devMajor() << 32 | Integer.toUnsignedLong(entry.devMinor());
      return new Key(entry.name().startsWith(SYSV), dev, entry.inode());
    }

    // Written out: see Index.Entry.
    @Override
    public boolean equals(Object other) {
      return other instanceof Key that && sysv == that.sysv && dev == that.dev && ino == that.ino;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(31 * dev + ino);
    }
  }

  private static final ByteString MEMFD = ByteString.of("/memfd:");
  private static final ByteString SYSV = ByteString.of("/SYSV");
  private static final ByteString ANON_SHMEM = ByteString.of("[anon_shmem:");
  private static final ByteString ANON_HUGE = ByteString.of("/anon_hugepage");
  private static final ByteString DEV_ZERO = ByteString.of("/dev/zero");

  private final ByteString name;
  private final FileStat stat;
  private final Fd handle;
  private Optional<SysvSegment> segment = Optional.empty();
  private boolean writtenTo;
  private int nrMappings;
  private int objref;

  private SharedObject(ByteString name, FileStat stat, Fd handle) {
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
  static SharedObject of(ByteString link, FileStat stat, Fd handle) {
    return new SharedObject(GhostFiles.formerName(link), stat, handle);
  }

  Key key() {
    return Key.of(name, stat);
  }

  long size() {
    return stat.size();
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

  /** Says that one more mapping of the task's is of it. */
  void isMapped() {
    nrMappings++;
  }

  /** Whether it is no System V segment, or one that our IPC namespace has. */
  boolean isOurs() throws CkptException {
    if (name.startsWith(SYSV) && segment.isEmpty()) {
      segment = SysvSegments.find((int) stat.ino(), stat.size());
      return segment.isPresent();
    }
    return true;
  }

  /** Says that what the task writes goes into the object: it is no mere source of private pages. */
  void isWrittenTo() {
    writtenTo = true;
  }

  /**
   * Whether a restore would part the task from another process that maps the object too. Many may
   * map the same old library, but none of them sees what another one does.
   */
  boolean isSharedWith(MapsEntry theirs) {
    return isShmem() || isGhost() && theirs.shared() && (writtenTo || theirs.writable());
  }

  private boolean isGhost() {
    return !isShmem() && !name.startsWith(SYSV);
  }

  private boolean isShmem() {
    return name.startsWith(MEMFD)
        || name.equals(DEV_ZERO)
        || name.equals(ANON_HUGE)
        || name.startsWith(ANON_SHMEM);
  }

  /** Its record. */
  MemoryObject record() throws SyscallException {
    if (name.startsWith(MEMFD)) {
      ByteString own = name.substring(MEMFD.length(), name.length());
      return new Shmem(ShmemKind.MEMFD, own, stat.size(), seals(), hugeFlags(), permissions());
    }
    if (segment.isPresent()) {
      return SysvSegments.record(segment.get(), nrMappings);
    }
    return isGhost()
        ? new GhostFile(
            name,
            stat.dev(),
            stat.ino(),
            stat.mode(),
            stat.uid(),
            stat.gid(),
            stat.size(),
            stat.mtimeNanos())
        : new Shmem(ShmemKind.ANON, ByteString.EMPTY, stat.size(), 0, hugeFlags(), permissions());
  }

  private int permissions() {
    return stat.mode() & ~FileStat.S_IFMT;
  }

  private int hugeFlags() throws SyscallException {
    long pageBytes = Hugetlb.pageBytes(handle);
    return pageBytes == 0 ? 0 : Hugetlb.MFD_HUGETLB | Hugetlb.sizeFlag(pageBytes);
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

  @Override
  public void close() {
    handle.close();
  }
}
