package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.checkpoint.Refusals;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Epoll;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.core.kernel.PtyIoctl;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.ProcMissingException;
import dev.ckpt.core.proc.PtyInfo;
import dev.ckpt.core.proc.Stat;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FilePty;
import dev.ckpt.format.record.Pty;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A side of a pseudo terminal whose master side is the task's own. One whose master side another
 * process has is a {@link Terminal}.
 *
 * <p>What waits in it can only be read away, so it must be empty. NB: a line that was begun and not
 * ended shows nowhere.
 */
final class PtySide implements FileKind {
  private static final int TTYAUX_MAJOR = 5;
  private static final int PTMX_MINOR = 2;
  private static final Set<String> PTMX = Set.of("/dev/ptmx", "/dev/pts/ptmx");
  private static final String SLAVES = "/dev/pts/";
  private static final int PERMISSIONS = 07777;

  private final int ttyNr;

  /**
   * For one task.
   *
   * @param ttyNr its controlling terminal, as /proc/PID/stat has it
   */
  PtySide(int ttyNr) {
    this.ttyNr = ttyNr;
  }

  /** Whether a device is the master side of one. */
  static boolean isMaster(FileStat stat) {
    return stat.rdevMajor() == TTYAUX_MAJOR && stat.rdevMinor() == PTMX_MINOR;
  }

  /** Whether a master side is of the file system at /dev/pts, where we can make another. */
  static boolean isOfDevPts(String link) {
    return PTMX.contains(link);
  }

  /** The numbers of those whose master sides a task has. */
  static Set<Integer> indexes(ProcFs proc) throws CkptException {
    Set<Integer> indexes = new HashSet<>();
    for (int fd : proc.fds()) {
      try {
        PtyInfo.index(proc.fdInfo(fd)).ifPresent(indexes::add);
      } catch (ProcMissingException e) {
        // Closed meanwhile, by a task that runs.
        continue;
      }
    }
    return indexes;
  }

  /** The number of a slave side in /dev/pts, when it was opened by that name or as /dev/tty. */
  static int slaveIndex(FileStat stat, int ttyNr) {
    return stat.rdevMajor() == TTYAUX_MAJOR ? minor(ttyNr) : stat.rdevMinor();
  }

  /** A tty_nr has the low 8 bits of the minor number below the major one, the others above it. */
  private static int minor(int ttyNr) {
    return ttyNr & 0xff | ttyNr >>> 12 & 0xfff00;
  }

  private int index(OpenFile file) throws CkptException {
    OptionalInt index = PtyInfo.index(file.info());
    return index.isPresent() ? index.getAsInt() : slaveIndex(file.stat(), ttyNr);
  }

  private static int side(OpenFile file) {
    return isMaster(file.stat())
        ? FilePty.MASTER
        : file.stat().rdevMajor() == TTYAUX_MAJOR ? FilePty.DEV_TTY : FilePty.SLAVE;
  }

  @Override
  public void preview(int pid, List<OpenFile> mine, Refusals refusals) throws CkptException {
    Set<Integer> indexes = new HashSet<>();
    for (OpenFile file : mine) {
      indexes.add(index(file));
    }
    for (int other : ProcFs.pids()) {
      if (other != pid) {
        refuseSharer(other, indexes, refusals);
      }
    }
  }

  private static void refuseSharer(int other, Set<Integer> indexes, Refusals refusals) {
    Holders.descriptors(other, Set.of())
        .forEach(
            (fd, link) -> {
              boolean shared = PTMX.contains(link) && indexes.contains(masterIndex(other, fd));
              for (int index : indexes) {
                shared |= link.equals(SLAVES + index);
              }
              refusals.addIf(
                  shared,
                  RefusalCode.PTY_OUTSIDE,
                  "process " + other + " has " + link + " of its pseudo terminal open",
                  "end that process");
            });
  }

  private static int masterIndex(int pid, int fd) {
    try {
      return PtyInfo.index(ProcFs.of(pid).fdInfo(fd)).orElse(-1);
    } catch (CkptException e) {
      // Closed meanwhile.
      return -1;
    }
  }

  @Override
  public void survey(Files files, List<OpenFile> mine) throws CkptException {
    Refusals refusals = files.target().refusals();
    preview(files.target().pid(), mine, refusals);
    for (OpenFile file : mine) {
      String name = "fd " + file.fd() + " (" + file.link() + ", pty " + index(file) + ")";
      try (Fd side = files.target().duplicate(file.fd())) {
        refusals.addIf(
            number(side, PtyIoctl.TIOCGETD) != PtyIoctl.N_TTY,
            RefusalCode.FD_TTY,
            name + " has another line discipline than the usual one",
            "have it set that back");
        refusals.addIf(
            number(side, PtyIoctl.FIONREAD) != 0,
            RefusalCode.PTY_QUEUE,
            name + " holds what was not read yet",
            "let the task read it");
        refusals.addIf(
            !isMaster(file.stat()) && (side.poll(Epoll.EPOLLOUT) & Epoll.EPOLLOUT) == 0,
            RefusalCode.PTY_QUEUE,
            name + " takes no output: it was stopped, or holds too much",
            "let it go on (tcflow), or the task read it");
      }
    }
  }

  private static int number(Fd side, long request) throws SyscallException {
    NativeBuffer out = NativeBuffer.allocate(Integer.BYTES);
    side.ioctl(request, out.address());
    return out.getInt(0);
  }

  @Override
  public int save(Files files, OpenFile file) throws CkptException {
    int index = index(file);
    int pty = files.context().share("pty", index, () -> pty(files, index));
    return files.context().addTarget(new FilePty(pty, side(file), file.flags()));
  }

  private Pty pty(Files files, int index) throws CkptException {
    OptionalInt slave = OptionalInt.empty();
    int master = -1;
    for (OpenFile file : files.all()) {
      if (file.kind() == this && index(file) == index) {
        if (isMaster(file.stat())) {
          master = file.fd();
        } else {
          slave = OptionalInt.of(file.fd());
        }
      }
    }
    NativeBuffer termios = NativeBuffer.allocate(PtyIoctl.TERMIOS2_BYTES);
    NativeBuffer size = NativeBuffer.allocate(PtyIoctl.WINSIZE_BYTES);
    int flags = controlling(files, index);
    try (Fd fd = files.target().duplicate(master)) {
      fd.ioctl(PtyIoctl.TCGETS2, termios.address());
      fd.ioctl(PtyIoctl.TIOCGWINSZ, size.address());
      flags |= number(fd, PtyIoctl.TIOCGPTLCK) != 0 ? Pty.LOCKED : 0;
      flags |= number(fd, PtyIoctl.TIOCGPKT) != 0 ? Pty.PACKET : 0;
      flags |= slave.isEmpty() && fd.hungUp() ? Pty.HUNG_UP : 0;
    }
    if (slave.isPresent()) {
      try (Fd fd = files.target().duplicate(slave.getAsInt())) {
        flags |= number(fd, PtyIoctl.TIOCGEXCL) != 0 ? Pty.EXCLUSIVE : 0;
      }
    }
    FileStat stat = FileStat.of(SLAVES + index);
    return new Pty(
        index,
        flags,
        ByteString.of(termios.getBytes(0, PtyIoctl.TERMIOS2_BYTES)),
        size.getInt(0) & 0xffff,
        size.getInt(0) >>> 16,
        size.getInt(4) & 0xffff,
        size.getInt(4) >>> 16,
        stat.mode() & PERMISSIONS,
        stat.uid(),
        stat.gid());
  }

  private int controlling(Files files, int index) throws CkptException {
    Stat task = files.target().proc().stat();
    boolean leads = task.session() == task.pid();
    boolean itsTerminal = ttyNr != 0 && minor(ttyNr) == index;
    return leads && itsTerminal ? Pty.CONTROLLING : 0;
  }
}
