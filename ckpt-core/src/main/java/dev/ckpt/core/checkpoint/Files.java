package dev.ckpt.core.checkpoint;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.FdInfo;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.ProcMissingException;
import dev.ckpt.core.proc.ProcReadException;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.Fd;
import dev.ckpt.format.record.FileChrdev;
import dev.ckpt.format.record.FileMemfd;
import dev.ckpt.format.record.FilePipe;
import dev.ckpt.format.record.FileRegular;
import dev.ckpt.format.record.FileTty;
import dev.ckpt.format.record.Pipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Descriptors and the open file descriptions behind them. */
final class Files {
  private static final long TCGETS = 0x5401;
  private static final long TIOCGWINSZ = 0x5413;
  private static final int TERMIOS_BYTES = 36;
  private static final int WINSIZE_BYTES = 8;

  private final CkptContext context;
  private final List<OpenFile> open = new ArrayList<>();

  private Files(CkptContext context) {
    this.context = context;
  }

  /** Looks at every descriptor and refuses what cannot be saved. */
  static Files survey(CkptContext context) throws CkptException {
    Files files = new Files(context);
    FileKinds kinds = new FileKinds(context.refusals());
    for (int fd : context.proc().fds()) {
      files.look(fd, kinds);
    }
    files.refuseSharedPipes();
    return files;
  }

  /** Refuses what can be seen in /proc alone, without touching the task or its descriptors. */
  static void preview(int pid, Refusals refusals) throws CkptException {
    FileKinds kinds = new FileKinds(refusals);
    ProcFs proc = ProcFs.of(pid);
    for (int fd : proc.fds()) {
      try {
        FileStat stat = FileStat.of("/proc/" + pid + "/fd/" + fd);
        kinds.of(fd, proc.fdLink(fd), proc.fdInfo(fd), stat);
      } catch (ProcMissingException | ProcReadException e) {
        // Closed while we looked; what is there when the task is frozen counts.
        continue;
      } catch (SyscallException e) {
        if (e.errno() != Errno.ENOENT) {
          throw e;
        }
      }
    }
  }

  private void look(int fd, FileKinds kinds) throws CkptException {
    ByteString link = context.proc().fdLink(fd);
    FdInfo info = context.proc().fdInfo(fd);
    for (int i = 0; i < open.size(); i++) {
      if (open.get(i).link().equals(link) && sameDescription(open.get(i).fd(), fd)) {
        open.set(i, open.get(i).with(fd));
        return;
      }
    }
    FileStat stat = FileStat.of("/proc/" + context.pid() + "/fd/" + fd);
    Optional<OpenFile.Kind> kind = kinds.of(fd, link, info, stat);
    if (kind.isPresent() && !hasOwner(fd)) {
      open.add(new OpenFile(List.of(fd), link, info, stat, kind.get()));
    }
  }

  private boolean sameDescription(int fd, int other) throws SyscallException {
    int pid = context.pid();
    return Tasks.kcmp(pid, pid, Tasks.KcmpType.FILE, fd, other) == 0;
  }

  private boolean hasOwner(int fd) throws CkptException {
    NativeBuffer owner = NativeBuffer.allocate(Long.BYTES);
    try (dev.ckpt.core.kernel.Fd file = context.duplicate(fd)) {
      file.fcntl(Fcntl.F_GETOWN_EX, owner.address());
      boolean owned = owner.getInt(4) != 0 || file.fcntl(Fcntl.F_GETSIG, 0) != 0;
      context
          .refusals()
          .addIf(
              owned,
              "FD_OWNER",
              "fd " + fd + " has an owner for its signals (F_SETOWN)",
              "this version cannot save it");
      return owned;
    }
  }

  private void refuseSharedPipes() {
    Set<String> links =
        open.stream()
            .filter(file -> file.kind() == OpenFile.Kind.PIPE)
            .map(file -> file.link().toString())
            .collect(Collectors.toSet());
    if (links.isEmpty()) {
      return;
    }
    Map<String, Integer> others = PipeHolders.others(context.pid(), links);
    for (OpenFile file : open) {
      Integer other = others.get(file.link().toString());
      if (other != null) {
        context
            .refusals()
            .add(
                "PIPE_OUTSIDE",
                "fd " + file.fd() + " (" + file.link() + ") leads to process " + other,
                "redirect it to a file, or end the other process");
      }
    }
  }

  /** Adds the records: descriptions first, then the descriptors in ascending order. */
  void save(MmCheckpoint memory) throws CkptException {
    Map<Integer, Integer> objrefs = new TreeMap<>();
    for (OpenFile file : open) {
      int objref = saveDescription(file, memory);
      file.fds().forEach(fd -> objrefs.put(fd, objref));
    }
    for (Map.Entry<Integer, Integer> entry : objrefs.entrySet()) {
      boolean closeOnExec = context.proc().fdInfo(entry.getKey()).closeOnExec();
      context.add(new Fd(entry.getKey(), closeOnExec ? Fcntl.FD_CLOEXEC : 0, entry.getValue()));
    }
  }

  private int saveDescription(OpenFile file, MmCheckpoint memory) throws CkptException {
    long pos = file.info().pos();
    FileStat stat = file.stat();
    switch (file.kind()) {
      case REGULAR:
        int named = FileRefs.save(context, file.link(), stat);
        return context.addTarget(new FileRegular(named, file.flags(), pos));
      case CHRDEV:
        return context.addTarget(
            new FileChrdev(file.link(), stat.rdevMajor(), stat.rdevMinor(), file.flags(), pos));
      case TTY:
        return saveTty(file);
      case PIPE:
        int pipe = context.share("pipe", file.link(), () -> pipe(file));
        return context.addTarget(new FilePipe(pipe, file.flags()));
      case MEMFD:
        int object = memory.saveMemfd(context, file.fd());
        return context.addTarget(new FileMemfd(object, file.flags(), pos));
      default:
        throw new IllegalStateException(file.toString());
    }
  }

  private int saveTty(OpenFile file) throws CkptException {
    NativeBuffer termios = NativeBuffer.allocate(TERMIOS_BYTES);
    NativeBuffer size = NativeBuffer.allocate(WINSIZE_BYTES);
    boolean hungUp = false;
    try (dev.ckpt.core.kernel.Fd tty = context.duplicate(file.fd())) {
      tty.ioctl(TCGETS, termios.address());
      tty.ioctl(TIOCGWINSZ, size.address());
    } catch (SyscallException e) {
      // A terminal that was closed: the restored task gets another one with its own settings.
      if (e.errno() != Errno.EIO) {
        throw e;
      }
      hungUp = true;
    }
    FileStat stat = file.stat();
    return context.addTarget(
        new FileTty(
            file.link(),
            stat.rdevMajor(),
            stat.rdevMinor(),
            file.flags(),
            ByteString.of(hungUp ? new byte[0] : termios.getBytes(0, TERMIOS_BYTES)),
            size.getInt(0) & 0xffff,
            size.getInt(0) >>> 16,
            size.getInt(4) & 0xffff,
            size.getInt(4) >>> 16));
  }

  private Pipe pipe(OpenFile file) throws CkptException {
    boolean packets =
        open.stream()
            .filter(other -> other.link().equals(file.link()))
            .anyMatch(other -> (other.flags() & Fcntl.O_DIRECT) != 0);
    // Opened anew for reading: the task may hold the write end alone.
    String path = "/proc/" + context.pid() + "/fd/" + file.fd();
    try (dev.ckpt.core.kernel.Fd end =
        dev.ckpt.core.kernel.Fd.open(path, Fcntl.O_RDONLY | Fcntl.O_NONBLOCK)) {
      int capacity = end.fcntl(Fcntl.F_GETPIPE_SZ, 0);
      return new Pipe(file.stat().ino(), capacity, packets, PipeContent.peek(end, capacity));
    }
  }
}
