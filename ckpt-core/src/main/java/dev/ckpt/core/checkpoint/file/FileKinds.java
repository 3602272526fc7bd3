package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.checkpoint.FileRefs;
import dev.ckpt.core.checkpoint.GhostFolders;
import dev.ckpt.core.checkpoint.Refusals;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.proc.EventfdInfo;
import dev.ckpt.core.proc.FdInfo;
import dev.ckpt.core.proc.ProcFormatException;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileEventfd;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Decides how an open file is saved, or refuses it with a code and a remedy of its own. */
final class FileKinds {
  private static final String CLOSE_IT = "this version cannot save it; close it before the dump";

  private final int pid;
  private final int ttyNr;
  private final Refusals refusals;
  private final FileKind regular = new RegularFile();
  private final FileKind unlinked = new UnlinkedFile();
  private final FileKind namedFile = new NamedFile();
  private final FileKind charDevice = new CharDevice();
  private final FileKind terminal = new Terminal();
  private final FileKind ptySide;
  private final FileKind pipeEnd = new PipeEnd();
  private final FileKind fifo = new Fifo();
  private final FileKind memfd = new Memfd();
  private final FileKind eventfd = new Eventfd();
  private final FileKind epoll = new Epoll();
  private final FileKind timerfd = new Timerfd();
  private final FileKind signalfd = new Signalfd();
  private final FileKind pidfd = new Pidfd();
  private final FileKind inotify = new Inotify();
  private final FileKind unixSocket = new UnixSocket();
  private final FileKind inetSocket = new InetSocket();
  private final FileKind netlinkSocket = new NetlinkSocket();
  private final FileKind packetSocket = new PacketSocket();
  private Optional<Set<Integer>> ownPtys = Optional.empty();

  /**
   * For one task.
   *
   * @param ttyNr its controlling terminal, as /proc/PID/stat has it
   */
  FileKinds(int pid, int ttyNr, Refusals refusals) {
    this.pid = pid;
    this.ttyNr = ttyNr;
    this.refusals = refusals;
    this.ptySide = new PtySide(ttyNr);
  }

  /**
   * An open file; nothing when it was refused.
   *
   * @param holder the process whose descriptor it is: the target or, of a file in flight, we
   */
  Optional<OpenFile> look(int holder, int fd) throws CkptException {
    ProcFs proc = ProcFs.of(holder);
    ByteString link = proc.fdLink(fd);
    FdInfo info = proc.fdInfo(fd);
    FileStat stat = FileStat.of("/proc/" + holder + "/fd/" + fd);
    OpenFile unknown = new OpenFile(holder, List.of(fd), link, info, stat, null);
    return of(unknown).map(kind -> new OpenFile(holder, List.of(fd), link, info, stat, kind));
  }

  /** Its kind; nothing when it was refused. */
  Optional<FileKind> of(OpenFile file) throws CkptException {
    String name = file.name();
    ByteString link = file.link();
    FdInfo info = file.info();
    FileStat stat = file.stat();
    if (FileLocks.refuse(refusals, name, info)) {
      return Optional.empty();
    }
    if ((info.flags() & Fcntl.O_PATH) == Fcntl.O_PATH) {
      return named(name, link, stat);
    }
    String text = link.toString();
    if (text.startsWith("anon_inode:")) {
      return anonymous(name, text, info);
    }
    switch (stat.type()) {
      case FileStat.S_IFREG:
        return regular(name, link, stat);
      case FileStat.S_IFCHR:
        return device(name, text, stat);
      case FileStat.S_IFIFO:
        return text.startsWith("pipe:[")
            ? Optional.of(pipeEnd)
            : FileRefs.nameLeadsTo(link, stat) ? Optional.of(fifo) : deleted(name);
      case FileStat.S_IFSOCK:
        return socket(name, Sockets.protocolName(file.path()));
      case FileStat.S_IFDIR:
        return named(name, link, stat);
      case FileStat.S_IFBLK:
        return refuse(RefusalCode.FD_BLOCK_DEVICE, name + " is a block device");
      default:
        return refuse(RefusalCode.FD_UNKNOWN, name + " is of no known kind");
    }
  }

  private Optional<FileKind> refuse(Code code, String object) {
    refusals.add(code, object, CLOSE_IT);
    return Optional.empty();
  }

  private Optional<FileKind> anonymous(String name, String link, FdInfo info)
      throws ProcFormatException {
    String what = link.substring("anon_inode:".length()).replaceAll("[\\[\\]]", "");
    switch (what) {
      case "eventfd":
        return eventfd(name, EventfdInfo.of(info));
      case "eventpoll":
        return Optional.of(epoll);
      case "timerfd":
        return Optional.of(timerfd);
      case "signalfd":
        return Optional.of(signalfd);
      case "inotify":
        return Optional.of(inotify);
      case "fanotify":
        return refuse(RefusalCode.FD_FANOTIFY, name);
      case "io_uring":
        return refuse(RefusalCode.FD_IO_URING, name);
      case "userfaultfd":
        return refuse(RefusalCode.FD_USERFAULTFD, name);
      case "pidfd":
        return Optional.of(pidfd);
      case "perf_event":
        return refuse(RefusalCode.FD_PERF, name);
      default:
        return refuse(RefusalCode.FD_ANON_INODE, name);
    }
  }

  private Optional<FileKind> eventfd(String name, EventfdInfo info) {
    if (info.semaphore().isEmpty()) {
      refusals.add(
          RefusalCode.FD_EVENTFD,
          name + " may be a semaphore or not; this kernel does not tell",
          "dump it on Linux 6.5 or newer");
      return Optional.empty();
    }
    return info.count() == FileEventfd.MAX_COUNT + 1
        ? refuse(RefusalCode.FD_EVENTFD, name + " has overflown")
        : Optional.of(eventfd);
  }

  private Optional<FileKind> socket(String name, String protocol) {
    switch (protocol) {
      case "UNIX":
      case "UNIX-STREAM":
        return Optional.of(unixSocket);
      case "TCP":
      case "TCPv6":
      case "UDP":
      case "UDPv6":
      case "UDP-Lite":
      case "UDPLITEv6":
      case "RAW":
      case "RAWv6":
      case "PING":
      case "PINGv6":
        return Optional.of(inetSocket);
      case "NETLINK":
        return Optional.of(netlinkSocket);
      case "PACKET":
        return Optional.of(packetSocket);
      default:
        return refuse(RefusalCode.FD_SOCKET, name + " is a socket of protocol " + protocol);
    }
  }

  private Optional<FileKind> regular(String name, ByteString link, FileStat stat) {
    String text = link.toString();
    if (text.startsWith("/memfd:")) {
      return Optional.of(memfd);
    }
    if (NamedFile.isKernels(text)) {
      return named(name, link, stat);
    }
    if (FileRefs.nameLeadsTo(link, stat)) {
      return Optional.of(regular);
    }
    return UnlinkedFile.canBeMadeAgain(link, stat) ? Optional.of(unlinked) : deleted(name);
  }

  private Optional<FileKind> deleted(String name) {
    return refuse(
        RefusalCode.FD_DELETED, name + " has no name any more, or its name leads elsewhere");
  }

  /** Directories, files of /proc and /sys, and whatever was opened with O_PATH. */
  private Optional<FileKind> named(String name, ByteString link, FileStat stat) {
    String text = link.toString();
    if (NamedFile.isKernels(text) && !NamedFile.isViewOf(pid, text)) {
      return refuse(RefusalCode.FD_PROC, name + " shows another process, or changes as it is read");
    }
    return NamedFile.nameLeadsTo(link, stat) || GhostFolders.isOne(link, stat)
        ? Optional.of(namedFile)
        : deleted(name);
  }

  private Optional<FileKind> device(String name, String link, FileStat stat) throws CkptException {
    if (PtySide.isMaster(stat) && PtySide.isOfDevPts(link)) {
      return Optional.of(ptySide);
    }
    if (Terminal.isPtySlave(stat, ttyNr)) {
      return Optional.of(isOwnPty(PtySide.slaveIndex(stat, ttyNr)) ? ptySide : terminal);
    }
    if (CharDevice.isStateless(stat)) {
      return Optional.of(charDevice);
    }
    boolean tty = stat.rdevMajor() == 5 || stat.rdevMajor() == 4;
    return refuse(tty ? RefusalCode.FD_TTY : RefusalCode.FD_DEVICE, name + " is a device");
  }

  /** Whether the task has the master side of a pseudo terminal; looked up for the first slave. */
  private boolean isOwnPty(int index) throws CkptException {
    if (ownPtys.isEmpty()) {
      ownPtys = Optional.of(PtySide.indexes(ProcFs.of(pid)));
    }
    return ownPtys.get().contains(index);
  }
}
