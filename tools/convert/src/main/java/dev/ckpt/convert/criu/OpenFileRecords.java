package dev.ckpt.convert.criu;

import dev.ckpt.convert.Losses;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.record.EpollItem;
import dev.ckpt.format.record.Fd;
import dev.ckpt.format.record.FileChrdev;
import dev.ckpt.format.record.FileEpoll;
import dev.ckpt.format.record.FileEventfd;
import dev.ckpt.format.record.FileFifo;
import dev.ckpt.format.record.FileMemfd;
import dev.ckpt.format.record.FileNamed;
import dev.ckpt.format.record.FileOwner;
import dev.ckpt.format.record.FilePipe;
import dev.ckpt.format.record.FileRegular;
import dev.ckpt.format.record.FileSignalfd;
import dev.ckpt.format.record.FileTimerfd;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Pipe;
import java.io.IOException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Writes the open files of a task, and its descriptors. */
final class OpenFileRecords {
  private static final Set<FdType> KNOWN =
      EnumSet.of(
          FdType.REG,
          FdType.PIPE,
          FdType.EVENTFD,
          FdType.EVENTPOLL,
          FdType.SIGNALFD,
          FdType.TIMERFD,
          FdType.MEMFD,
          FdType.UNIXSK,
          FdType.INETSK,
          FdType.FIFO,
          FdType.PIDFD);

  private static final int O_PATH = 010000000;

  private final CriuFolder folder;
  private final NamedFiles files;
  private final DumpClocks clocks;
  private final ImageWriter image;
  private final SocketRecords sockets;

  /** References of pipes by their numbers. */
  private final Map<Integer, Integer> pipes = new HashMap<>();

  /** The same of named ones. */
  private final Map<Integer, Integer> fifos = new HashMap<>();

  /** References of open files by their numbers. */
  private final Map<Integer, Integer> open = new LinkedHashMap<>();

  OpenFileRecords(CriuFolder folder, NamedFiles files, DumpClocks clocks, ImageWriter image)
      throws IOException {
    this.folder = folder;
    this.files = files;
    this.clocks = clocks;
    this.image = image;
    this.sockets = SocketRecords.of(folder);
  }

  /** Notes the open files that an image has no record for, or that nothing is known of. */
  static void noteLosses(CriuFolder folder, Losses losses) throws IOException {
    SocketRecords sockets = SocketRecords.of(folder);
    Set<Integer> withFd = new LinkedHashSet<>();
    for (Criu.Fdinfo fd : folder.fds()) {
      if (withFd.add(fd.getId())) {
        noteLosses(folder, fd.getId(), sockets, "descriptor " + fd.getFd(), losses);
      }
    }
    for (int id : sockets.inFlight(withFd)) {
      noteLosses(folder, id, sockets, "file " + id + ", in the queue of a socket", losses);
    }
    noteItems(folder, losses);
    Set<Integer> fds = new HashSet<>();
    folder.fds().forEach(fd -> fds.add(fd.getFd()));
    for (Criu.FileLock lock : folder.locks()) {
      boolean own = lock.getPid() == folder.tree().getPid() && fds.contains(lock.getFd());
      if (!own || !FileLocks.isKnown(lock)) {
        losses.add("file_lock", "descriptor " + lock.getFd() + ", type " + lock.getType());
      }
    }
  }

  /** CRIU knows what is watched by a number, under which there may have been several files. */
  private static void noteItems(CriuFolder folder, Losses losses) {
    for (Criu.File file : folder.filesById().values()) {
      Set<Integer> watched = new HashSet<>();
      for (Criu.EventpollTfd item : file.getEpfd().getTfdList()) {
        if (!watched.add(item.getTfd())) {
          losses.add("eventpoll_tfd", "descriptor " + item.getTfd() + ", which is watched twice");
        }
      }
    }
  }

  private static void noteLosses(
      CriuFolder folder, int id, SocketRecords sockets, String of, Losses losses) {
    Criu.File file = folder.filesById().get(id);
    if (file == null) {
      // Said when it is looked for.
      return;
    }
    if (!isKnown(folder, file)) {
      String type = FdType.of(file.getType()).map(Enum::name).orElse("type " + file.getType());
      losses.add(type, of);
      return;
    }
    if (Fowns.hasOtherIds(fownOf(folder, file), folder.leader().getThreadCore().getCreds())) {
      losses.add("fown.uid", of);
    }
    sockets.noteLosses(file, losses);
  }

  private static boolean isKnown(CriuFolder folder, Criu.File file) {
    if (file.hasIsk()) {
      return InetSockets.isKnown(file.getIsk());
    } else if (file.hasPidfd()) {
      return file.getPidfd().getNspid() == folder.tree().getPid();
    } else if (file.hasFifo()) {
      return !folder.ghosts().containsKey(nameOf(file.getFifo()));
    }
    return FdType.of(file.getType()).filter(KNOWN::contains).isPresent();
  }

  /** NB: older ones have the name under their own number. */
  private static int nameOf(Criu.Fifo fifo) {
    return fifo.hasRegfId() ? fifo.getRegfId() : fifo.getId();
  }

  private static Criu.Fown fownOf(CriuFolder folder, Criu.File file) {
    return switch (FdType.of(file.getType()).orElse(FdType.NS)) {
      case REG -> file.getReg().getFown();
      case PIPE -> file.getPipe().getFown();
      case EVENTFD -> file.getEfd().getFown();
      case EVENTPOLL -> file.getEpfd().getFown();
      case SIGNALFD -> file.getSgfd().getFown();
      case TIMERFD -> file.getTfd().getFown();
      case MEMFD -> file.getMemfd().getFown();
      case UNIXSK -> file.getUsk().getFown();
      case INETSK -> file.getIsk().getFown();
      case PIDFD -> file.getPidfd().getFown();
      case FIFO -> nameFile(folder, file.getFifo()).getReg().getFown();
      default -> Criu.Fown.getDefaultInstance();
    };
  }

  private static Criu.File nameFile(CriuFolder folder, Criu.Fifo fifo) {
    return folder.filesById().getOrDefault(nameOf(fifo), Criu.File.getDefaultInstance());
  }

  private static int flagsOf(CriuFolder folder, Criu.File file) {
    return switch (FdType.of(file.getType()).orElse(FdType.NS)) {
      case REG -> file.getReg().getFlags();
      case PIPE -> file.getPipe().getFlags();
      case EVENTFD -> file.getEfd().getFlags();
      case EVENTPOLL -> file.getEpfd().getFlags();
      case SIGNALFD -> file.getSgfd().getFlags();
      case TIMERFD -> file.getTfd().getFlags();
      case MEMFD -> file.getMemfd().getFlags();
      case UNIXSK -> file.getUsk().getFlags();
      case INETSK -> file.getIsk().getFlags();
      case PIDFD -> file.getPidfd().getFlags();
      case FIFO -> nameFile(folder, file.getFifo()).getReg().getFlags();
      default -> 0;
    };
  }

  void write() throws IOException {
    Set<Integer> ids = new LinkedHashSet<>();
    for (Criu.Fdinfo fd : folder.fds()) {
      addIfKnown(fd.getId(), ids);
    }
    for (int id : sockets.inFlight(ids)) {
      addIfKnown(id, ids);
    }
    writePipes(ids);
    for (int id : ids) {
      open.put(id, image.writeShared(record(files.file(id))));
    }
    for (int id : ids) {
      Criu.File file = files.file(id);
      if (file.hasEpfd()) {
        writeItems(file.getEpfd());
      }
      Optional<FileOwner> owner =
          Fowns.toCkpt(open.get(id), fownOf(folder, file), flagsOf(folder, file));
      if (owner.isPresent()) {
        image.write(owner.get());
      }
    }
    sockets.writeRest(open, image);
    writeLocks();
    for (Criu.Fdinfo fd : folder.fds()) {
      if (open.containsKey(fd.getId())) {
        image.write(new Fd(fd.getFd(), fd.getFlags(), open.get(fd.getId())));
      }
    }
  }

  private void addIfKnown(int id, Set<Integer> ids) throws CkptException {
    if (isKnown(folder, files.file(id))) {
      ids.add(id);
    }
  }

  private void writeLocks() throws IOException {
    Map<Integer, Integer> byFd = new HashMap<>();
    folder.fds().forEach(fd -> byFd.put(fd.getFd(), fd.getId()));
    for (Criu.FileLock lock : folder.locks()) {
      Integer file = byFd.get(lock.getFd());
      boolean known =
          FileLocks.isKnown(lock)
              && lock.getPid() == folder.tree().getPid()
              && file != null
              && open.containsKey(file);
      if (known) {
        image.write(FileLocks.toCkpt(lock, open.get(file)));
      }
    }
  }

  private ImageRecord record(Criu.File file) throws IOException {
    if (file.hasReg()) {
      return reg(file.getId(), file.getReg());
    } else if (file.hasPipe()) {
      return new FilePipe(pipes.get(file.getPipe().getPipeId()), file.getPipe().getFlags());
    } else if (file.hasEfd()) {
      Criu.EventfdFile efd = file.getEfd();
      return new FileEventfd(efd.getCounter(), false, efd.getFlags());
    } else if (file.hasEpfd()) {
      return new FileEpoll(file.getEpfd().getFlags());
    } else if (file.hasSgfd()) {
      return new FileSignalfd(file.getSgfd().getSigmask(), file.getSgfd().getFlags());
    } else if (file.hasTfd()) {
      return timerfd(file.getTfd());
    } else if (file.hasMemfd()) {
      Criu.MemfdFile memfd = file.getMemfd();
      return new FileMemfd(files.memfd(memfd.getInodeId()), memfd.getFlags(), memfd.getPos());
    } else if (file.hasUsk() || file.hasIsk()) {
      return sockets.record(file);
    } else if (file.hasFifo()) {
      Criu.Fifo fifo = file.getFifo();
      int flags = files.file(nameOf(fifo)).getReg().getFlags();
      return new FileFifo(fifos.get(fifo.getPipeId()), files.named(nameOf(fifo)), flags, false);
    } else if (file.hasPidfd()) {
      return Pidfds.toCkpt(file.getPidfd());
    }
    throw new IllegalArgumentException(
        "file " + file.getId() + " of type " + file.getType() + " says nothing of itself");
  }

  private ImageRecord reg(int id, Criu.RegFile reg) throws IOException {
    ByteString path = Protos.bytes(reg.getName());
    if (files.isGhostFolder(id)) {
      return new FileNamed(files.named(id), reg.getFlags(), reg.getPos());
    }
    if (!folder.ghosts().containsKey(id)) {
      StatFile found = StatFile.of(reg);
      if (found.type() == StatFile.S_IFCHR && (reg.getFlags() & O_PATH) == 0) {
        return new FileChrdev(
            path, found.rdevMajor(), found.rdevMinor(), reg.getFlags(), reg.getPos());
      }
      boolean named =
          (reg.getFlags() & O_PATH) != 0
              || found.type() != StatFile.S_IFREG
              || StatFile.isKernels(path);
      if (named) {
        return new FileNamed(files.named(id), reg.getFlags(), reg.getPos());
      }
    }
    return new FileRegular(files.named(id), reg.getFlags(), reg.getPos());
  }

  private FileTimerfd timerfd(Criu.Timerfd timer) {
    long value = TaskTimers.time(timer.getVsec(), timer.getVnsec(), TaskTimers.NANOS);
    long interval = TaskTimers.time(timer.getIsec(), timer.getInsec(), TaskTimers.NANOS);
    if (value == 0 && timer.getTicks() > 0) {
      // It has expired and nobody has read it: when it expires again CRIU does not know.
      value = interval;
    }
    if (value != 0 && (timer.getSettimeFlags() & FileTimerfd.ABSTIME) != 0) {
      value += clocks.at(timer.getClockid());
    }
    return new FileTimerfd(
        timer.getClockid(),
        timer.getSettimeFlags(),
        timer.getTicks(),
        value,
        interval,
        timer.getFlags());
  }

  private void writeItems(Criu.EventpollFile epoll) throws IOException {
    Map<Integer, Integer> byFd = new HashMap<>();
    folder.fds().forEach(fd -> byFd.put(fd.getFd(), fd.getId()));
    Set<Integer> watched = new HashSet<>();
    for (Criu.EventpollTfd item : epoll.getTfdList()) {
      Integer file = byFd.get(item.getTfd());
      if (!watched.add(item.getTfd())) {
        // Which of them is of the file that is there now was not to be told, and that was said.
        continue;
      } else if (file == null) {
        throw new IllegalArgumentException(
            "epoll instance " + epoll.getId() + " watches no open file " + item.getTfd());
      } else if (!open.containsKey(file)) {
        // Of a type that an image has not, which was said.
        continue;
      }
      image.write(
          new EpollItem(
              open.get(epoll.getId()),
              open.get(file),
              item.getTfd(),
              item.getEvents(),
              item.getData()));
    }
  }

  /** Writes all pipes that one of these files is an end of. */
  private void writePipes(Set<Integer> ids) throws IOException {
    Map<Integer, Pipe> unnamed = PipeContents.read(folder, ImgKind.PIPES_DATA);
    Map<Integer, Pipe> named = PipeContents.read(folder, ImgKind.FIFO_DATA);
    for (int id : ids) {
      Criu.File file = files.file(id);
      if (file.hasPipe()) {
        writePipe(file.getPipe().getPipeId(), unnamed, pipes);
      } else if (file.hasFifo()) {
        writePipe(file.getFifo().getPipeId(), named, fifos);
      }
    }
  }

  private void writePipe(int number, Map<Integer, Pipe> content, Map<Integer, Integer> written)
      throws IOException {
    if (!written.containsKey(number)) {
      Pipe pipe = content.containsKey(number) ? content.get(number) : PipeContents.empty(number);
      written.put(number, image.writeShared(pipe));
    }
  }
}
