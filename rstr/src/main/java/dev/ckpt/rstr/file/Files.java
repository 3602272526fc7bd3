package dev.ckpt.rstr.file;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.Fd;
import dev.ckpt.rstr.Checks;
import dev.ckpt.rstr.FilePlace;
import dev.ckpt.rstr.GhostFolders;
import dev.ckpt.rstr.MemoryObjects;
import dev.ckpt.rstr.RstrContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Rebuilds open file descriptions and the descriptors that refer to them. */
public final class Files {
  /** The flags of an open file description that F_SETFL can set. */
  private static final int F_SETFL_FLAGS =
      Fcntl.O_APPEND | Fcntl.O_NONBLOCK | Fcntl.O_DIRECT | Fcntl.O_NOATIME;

  private static final int CLOSE_RANGE_END = -1;

  /** NB: epoll instances come last: whether a file is ready shows what was sent to it before. */
  private static List<FileKind> kinds() {
    return List.of(
        new RegularFile(),
        new UnlinkedFile(),
        new NamedFile(),
        new CharDevice(),
        new Memfd(),
        new Terminal(),
        new PtySide(),
        new PipeEnd(),
        new Fifo(),
        new Eventfd(),
        new Timerfd(),
        new Signalfd(),
        new Pidfd(),
        new Inotify(),
        new UnixSocket(),
        new InetSocket(),
        new NetlinkSocket(),
        new PacketSocket(),
        new Epoll());
  }

  private final RstrContext context;
  private final BatchRunner run;
  private final MemoryObjects objects;
  private final GhostFolders folders;
  private final Map<Integer, Integer> numbers = new HashMap<>();

  /** For one restore, whose memory objects and removed folders are there already. */
  public Files(RstrContext context, BatchRunner run, MemoryObjects objects, GhostFolders folders) {
    this.context = context;
    this.run = run;
    this.objects = objects;
    this.folders = folders;
  }

  /** Looks at everything that files of any kind need before it is created. */
  public static void check(Checks checks) throws CkptException {
    for (FileKind kind : kinds()) {
      kind.check(checks);
    }
    FileLocks.check(checks);
  }

  /**
   * Closes what the new task inherited from us, keeping our terminal where one is needed.
   *
   * @param ttyFd one of our descriptors that is a terminal, or -1
   */
  public static void closeInherited(RstrContext context, BatchRunner run, int ttyFd)
      throws CkptException {
    int kept = context.fds().tty();
    if (ttyFd >= 0) {
      run.call("dup3", SyscallNumbers.DUP3, ttyFd, kept, 0);
      run.call("close_range", SyscallNumbers.CLOSE_RANGE, 0, kept - 1, 0);
      run.call("close_range", SyscallNumbers.CLOSE_RANGE, kept + 1, CLOSE_RANGE_END, 0);
    } else {
      run.call("close_range", SyscallNumbers.CLOSE_RANGE, 0, CLOSE_RANGE_END, 0);
    }
    run.flush();
  }

  /** Opens everything under high numbers, then moves each to its place. */
  public void restore() throws IOException {
    List<FileKind> kinds = kinds();
    for (FileKind kind : kinds) {
      kind.restore(this);
    }
    run.flush();
    for (FileKind kind : kinds) {
      kind.join(this);
    }
    run.flush();
    FileOwners.restore(this, true);
    FileLocks.restore(this, true);
    for (Fd fd : state().all(Fd.class)) {
      int cloexec = (fd.fdFlags() & Fd.FD_CLOEXEC) != 0 ? Fcntl.O_CLOEXEC : 0;
      run.call("dup3", SyscallNumbers.DUP3, numbers.get(fd.file()), fd.fd(), cloexec);
    }
    run.call("close_range", SyscallNumbers.CLOSE_RANGE, context.fds().scratch(), -1, 0);
    run.flush();
    FileOwners.restore(this, false);
    FileLocks.restore(this, false);
  }

  /** The restore that they belong to. */
  RstrContext context() {
    return context;
  }

  /** What is restored. */
  ImageState state() {
    return context.state();
  }

  /** System calls of the new task. */
  BatchRunner run() {
    return run;
  }

  /** The memory objects, open under numbers of their own. */
  MemoryObjects objects() {
    return objects;
  }

  /** Folders that were removed, and have names for the time being. */
  GhostFolders folders() {
    return folders;
  }

  /**
   * Takes note of a description that has been made.
   *
   * @param objref its record
   * @param number the descriptor that refers to it for the time being
   */
  void opened(int objref, int number) {
    numbers.put(objref, number);
  }

  /**
   * A descriptor that the task has for a description at the end; nothing when it waits in the queue
   * of a socket alone.
   */
  OptionalInt finalFd(int objref) {
    return state().all(Fd.class).stream()
        .filter(fd -> fd.file() == objref)
        .mapToInt(Fd::fd)
        .findFirst();
  }

  /** The descriptor that refers to a description for the time being. */
  int number(int objref) {
    return numbers.get(objref);
  }

  /** Gives a description the flags that it had and that can be set. */
  void setFlags(int number, int flags) throws CkptException {
    run.call("fcntl(F_SETFL)", SyscallNumbers.FCNTL, number, Fcntl.F_SETFL, flags & F_SETFL_FLAGS);
  }

  /**
   * Moves what a call of the same batch opened to a number out of the way. Takes two calls.
   *
   * @return the number it has for the time being
   */
  int moved(Batch batch, Batch.Result fd) {
    int number = context.fds().take();
    batch.call("dup3", SyscallNumbers.DUP3, fd, number, Fcntl.O_CLOEXEC);
    batch.call("close", SyscallNumbers.CLOSE, fd);
    return number;
  }

  /** A path that opens what one of the task's descriptors refers to. */
  static ByteString self(int number) {
    return ByteString.of(("/proc/self/fd/" + number).getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Has the task open a file; the number it has for the time being.
   *
   * <p>NB: O_ASYNC is left out, for open(2) would only show it: {@link FileOwners} turns it on.
   * What makes or cuts a file is not among the flags: {@code FileRules} refuses it.
   */
  int open(ByteString path, int flags, long pos) throws CkptException {
    byte[] name = path.toByteArray();
    Batch batch = run.room(4, name.length + 1);
    Batch.Result fd =
        batch.call("open " + path, SyscallNumbers.OPEN, batch.string(name), flags & ~Fcntl.FASYNC);
    int number = moved(batch, fd);
    if (pos != 0) {
      batch.call("lseek", SyscallNumbers.LSEEK, number, pos, Fcntl.SEEK_SET);
    }
    return number;
  }

  /**
   * The same of a file that a path of the image leads to; to write, see {@link FilePlace}. The
   * task's own O_NOFOLLOW does that alone, and would follow no path through a descriptor.
   */
  int openNamed(ByteString path, int flags, long pos) throws CkptException {
    boolean written = (flags & Fcntl.O_ACCMODE) != Fcntl.O_RDONLY && (flags & Fcntl.O_PATH) == 0;
    if (!written || (flags & Fcntl.O_NOFOLLOW) != 0) {
      return open(path, flags, pos);
    }
    FilePlace place = FilePlace.hold(context, run, path);
    int number = open(place.path(), flags, pos);
    place.release();
    return number;
  }
}
