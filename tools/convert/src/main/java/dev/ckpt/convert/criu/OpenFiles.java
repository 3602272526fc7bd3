package dev.ckpt.convert.criu;

import dev.ckpt.convert.Losses;
import dev.ckpt.convert.OutputFolder;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.Cred;
import dev.ckpt.format.record.EpollItem;
import dev.ckpt.format.record.Fd;
import dev.ckpt.format.record.FileChrdev;
import dev.ckpt.format.record.FileEpoll;
import dev.ckpt.format.record.FileEventfd;
import dev.ckpt.format.record.FileFifo;
import dev.ckpt.format.record.FileLock;
import dev.ckpt.format.record.FileMemfd;
import dev.ckpt.format.record.FileNamed;
import dev.ckpt.format.record.FileOwner;
import dev.ckpt.format.record.FilePidfd;
import dev.ckpt.format.record.FilePipe;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.FileRegular;
import dev.ckpt.format.record.FileSignalfd;
import dev.ckpt.format.record.FileTimerfd;
import dev.ckpt.format.record.GhostFile;
import dev.ckpt.format.record.GhostFolder;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Pipe;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.ShmemKind;
import dev.ckpt.format.record.SocketRights;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The open files of a task, and the files of its mappings, as files.img and fdinfo-ID.img have
 * them. The numbers of files are the references of the image: those are different for all.
 */
final class OpenFiles {
  static final int MFD_HUGETLB = 4;
  private static final int S_IFMT = 0170000;
  private static final int S_IFREG = 0100000;

  private final ImageState state;
  private final Losses losses;
  private final DumpClocks clocks;
  private final Map<Integer, FileOwner> owners = new HashMap<>();
  private final List<Criu.File> files = new ArrayList<>();
  private final List<Criu.Fdinfo> fds = new ArrayList<>();
  private final List<Criu.RemapFilePath> remaps = new ArrayList<>();
  private final List<Criu.MemfdInode> memfds = new ArrayList<>();
  private final Map<Integer, FdType> types = new HashMap<>();
  private final Map<Integer, Integer> fdsByFile = new HashMap<>();

  /** The last number that a file of ours has; what is no object of the image comes behind it. */
  private int lastId;

  OpenFiles(ImageState state, DumpClocks clocks, Losses losses) {
    this.state = state;
    this.losses = losses;
    this.clocks = clocks;
    this.lastId = state.objects().stream().mapToInt(ImageObject::objref).max().orElse(0);
    state.all(FileOwner.class).forEach(owner -> owners.put(owner.file(), owner));
    state.all(Fd.class).forEach(fd -> fdsByFile.putIfAbsent(fd.file(), fd.fd()));
  }

  /** Makes all messages. */
  void collect() throws CorruptImageException {
    long embedded = state.all(FileRef.class).stream().filter(FileRef::embedded).count();
    if (embedded > 0) {
      losses.note(
          "files that the image has with their content, and that CRIU needs where they were: "
              + embedded);
    }
    for (ImageObject object : state.objects()) {
      collect(object.objref(), object.record());
    }
    for (Criu.File.Builder socket : new Sockets(state, this::nextId, this::fown, losses).toCriu()) {
      add(socket.hasUsk() ? FdType.UNIXSK : FdType.INETSK, socket);
    }
    collectEpolls();
    collectFds();
    noteRights();
    noteLocks();
  }

  /** Behind all others: what is watched may be of a type that CRIU has not. */
  private void collectEpolls() {
    Map<Integer, FileEpoll> epolls = state.shared(FileEpoll.class);
    epolls.keySet().forEach(id -> types.put(id, FdType.EVENTPOLL));
    epolls.forEach(
        (id, open) -> {
          Criu.EventpollFile.Builder epoll = epoll(id, open).setFown(fown(id));
          add(FdType.EVENTPOLL, Criu.File.newBuilder().setId(id).setEpfd(epoll));
        });
  }

  private int nextId() {
    return ++lastId;
  }

  private void collectFds() {
    Set<Integer> left = new HashSet<>();
    for (Fd fd : state.all(Fd.class)) {
      FdType type = types.get(fd.file());
      if (type != null) {
        fds.add(
            Criu.Fdinfo.newBuilder()
                .setId(fd.file())
                .setFlags(fd.fdFlags())
                .setType(type.number())
                .setFd(fd.fd())
                .build());
      } else if (left.add(fd.file())) {
        String name = state.find(fd.file()).map(r -> r.type().name()).orElse("nothing");
        losses.add(name, "descriptor " + fd.fd());
      }
    }
  }

  /** Files that are in the queue of a socket alone, and of a type that CRIU has not. */
  private void noteRights() {
    for (SocketRights rights : state.all(SocketRights.class)) {
      for (int file : rights.files()) {
        if (!types.containsKey(file)) {
          String name = state.find(file).map(r -> r.type().name()).orElse("nothing");
          losses.add(name, "in the queue of a socket");
        }
      }
    }
  }

  private void noteLocks() {
    List<FileLock> locks = state.all(FileLock.class);
    for (FileLock lock : locks) {
      if (!types.containsKey(lock.file()) || !fdsByFile.containsKey(lock.file())) {
        losses.add("FILE_LOCK", "of file " + lock.file() + ", which has no descriptor");
      }
    }
    if (!locks.isEmpty()) {
      losses.note("CRIU takes the locks and leases of files again only with --file-locks");
    }
  }

  private void collect(int id, ImageRecord content) throws CorruptImageException {
    Criu.File.Builder file = Criu.File.newBuilder().setId(id);
    Criu.Fown fown = fown(id);
    if (content instanceof FileRef ref) {
      add(FdType.REG, file.setReg(reg(id, ref)));
    } else if (content instanceof GhostFile ghost) {
      remap(id, id);
      add(FdType.REG, file.setReg(reg(id, ghost)));
    } else if (content instanceof FileRegular open) {
      ImageRecord of = state.find(open.file()).orElseThrow();
      Criu.RegFile.Builder reg =
          of instanceof GhostFile ghost ? reg(id, ghost) : reg(id, (FileRef) of);
      if (of instanceof GhostFile) {
        remap(id, open.file());
      }
      add(FdType.REG, file.setReg(reg.setFlags(open.flags()).setPos(open.pos()).setFown(fown)));
    } else if (content instanceof FileNamed open) {
      ImageRecord of = state.find(open.file()).orElseThrow();
      Criu.RegFile.Builder reg =
          of instanceof GhostFolder ghost
              ? reg(id, ghost.path()).setMode(ghost.mode())
              : reg(id, ((FileRef) of).path()).setMode(((FileRef) of).mode());
      if (of instanceof GhostFolder) {
        remap(id, open.file());
      }
      add(FdType.REG, file.setReg(reg.setFlags(open.flags()).setPos(open.pos()).setFown(fown)));
    } else if (content instanceof FileChrdev open) {
      add(
          FdType.REG,
          file.setReg(
              reg(id, open.path()).setFlags(open.flags()).setPos(open.pos()).setFown(fown)));
    } else {
      collectUnnamed(id, content, file, fown);
    }
  }

  private void collectUnnamed(int id, ImageRecord content, Criu.File.Builder file, Criu.Fown fown)
      throws CorruptImageException {
    if (content instanceof FilePipe open) {
      add(
          FdType.PIPE,
          file.setPipe(
              Criu.Pipe.newBuilder()
                  .setId(id)
                  .setPipeId(open.pipe())
                  .setFlags(open.flags())
                  .setFown(fown)));
    } else if (content instanceof FileEventfd open) {
      if (open.semaphore()) {
        losses.add("FILE_EVENTFD.semaphore", "of file " + id);
      }
      if (open.count() >>> Integer.SIZE != 0) {
        // NB: it gives the count to eventfd(2), which takes 32 bits.
        losses.add("FILE_EVENTFD.count", "of file " + id);
      }
      add(
          FdType.EVENTFD,
          file.setEfd(
              Criu.EventfdFile.newBuilder()
                  .setId(id)
                  .setFlags(open.flags())
                  .setFown(fown)
                  .setCounter(open.count())));
    } else if (content instanceof FileSignalfd open) {
      add(
          FdType.SIGNALFD,
          file.setSgfd(
              Criu.Signalfd.newBuilder()
                  .setId(id)
                  .setFlags(open.flags())
                  .setFown(fown)
                  .setSigmask(open.mask())));
    } else if (content instanceof FileTimerfd open) {
      add(FdType.TIMERFD, file.setTfd(timerfd(id, open).setFown(fown)));
    } else if (content instanceof FileFifo open) {
      collectFifo(id, open, fown);
    } else if (content instanceof FilePidfd open) {
      collectPidfd(id, open, fown);
    } else if (content instanceof FileMemfd open) {
      add(FdType.MEMFD, file.setMemfd(memfd(id, open.shmem(), open.flags(), open.pos(), fown)));
    } else if (content instanceof Shmem shmem && shmem.kind() == ShmemKind.MEMFD) {
      memfds.add(inode(id, shmem));
      add(FdType.MEMFD, file.setMemfd(memfd(id, id, Vmas.O_RDWR, 0, fown)));
    }
  }

  /** A name is a file of its own, which has the flags; this one has the pipe alone. */
  private void collectFifo(int id, FileFifo open, Criu.Fown fown) {
    if (open.unwritten()) {
      losses.add("FILE_FIFO.unwritten", "of file " + id);
    }
    int nameId = nextId();
    FileRef ref = (FileRef) state.find(open.file()).orElseThrow();
    Criu.RegFile.Builder name = reg(nameId, ref).setFlags(open.flags()).setFown(fown);
    add(FdType.REG, Criu.File.newBuilder().setId(nameId).setReg(name));
    Criu.Fifo.Builder fifo =
        Criu.Fifo.newBuilder().setId(id).setPipeId(open.pipe()).setRegfId(nameId);
    add(FdType.FIFO, Criu.File.newBuilder().setId(id).setFifo(fifo));
  }

  /** NB: CRIU knows the processes that it restores, and no threads. */
  private void collectPidfd(int id, FilePidfd open, Criu.Fown fown) throws CorruptImageException {
    boolean own = open.startTicks() == 0 && open.pid() == state.task().pid();
    if (own && (open.flags() & Pidfds.PIDFD_THREAD) == 0) {
      Criu.Pidfd pidfd = Pidfds.toCriu(id, open, fown);
      add(FdType.PIDFD, Criu.File.newBuilder().setId(id).setPidfd(pidfd));
    }
  }

  private void add(FdType type, Criu.File.Builder file) {
    files.add(file.setType(type.number()).build());
    types.put(file.getId(), type);
  }

  private Criu.Fown fown(int id) {
    FileOwner owner = owners.get(id);
    return owner == null ? Fowns.NONE : Fowns.toCriu(owner, state.all(Cred.class).get(0));
  }

  /** A name alone. */
  private static Criu.RegFile.Builder reg(int id, ByteString path) {
    return Criu.RegFile.newBuilder()
        .setId(id)
        .setFlags(0)
        .setPos(0)
        .setFown(Fowns.NONE)
        .setName(Protos.bytes(path));
  }

  /** A file of which CRIU checks whether it is as it was. */
  private static Criu.RegFile.Builder reg(int id, FileRef ref) {
    Criu.RegFile.Builder reg = reg(id, ref.path()).setMode(ref.mode());
    if ((ref.mode() & S_IFMT) == S_IFREG) {
      reg.setSize(ref.size());
    }
    return reg;
  }

  private static Criu.RegFile.Builder reg(int id, GhostFile ghost) {
    return reg(id, ghost.path()).setMode(ghost.mode()).setSize(ghost.size());
  }

  private void remap(int id, int ghost) {
    remaps.add(
        Criu.RemapFilePath.newBuilder()
            .setOrigId(id)
            .setRemapId(ghost)
            .setRemapType(1) // GHOST
            .build());
  }

  private Criu.EventpollFile.Builder epoll(int id, FileEpoll open) {
    Criu.EventpollFile.Builder epoll =
        Criu.EventpollFile.newBuilder().setId(id).setFlags(open.flags());
    Map<Integer, Integer> fds = new HashMap<>();
    state.all(Fd.class).forEach(fd -> fds.put(fd.fd(), fd.file()));
    for (EpollItem item : state.all(EpollItem.class)) {
      // Of a file that is lost its descriptor tells.
      if (item.epoll() != id || !types.containsKey(item.file())) {
        continue;
      }
      if (!Optional.ofNullable(fds.get(item.fd())).equals(Optional.of(item.file()))) {
        losses.add("EPOLL_ITEM", "of descriptor " + item.fd() + ", which is another file now");
        continue;
      }
      epoll.addTfd(
          Criu.EventpollTfd.newBuilder()
              .setId(id)
              .setTfd(item.fd())
              .setEvents(item.events())
              .setData(item.data()));
    }
    return epoll;
  }

  private Criu.Timerfd.Builder timerfd(int id, FileTimerfd open) {
    long value = open.valueNanos();
    if (value != 0 && (open.settimeFlags() & FileTimerfd.ABSTIME) != 0) {
      // NB: CRIU adds the whole seconds of the clock alone: rather late than early. 0 would be a
      // timer that is not armed.
      value = Math.max(1, value - clocks.at(open.clockId())) + TaskTimers.NANOS - 1;
    }
    return Criu.Timerfd.newBuilder()
        .setId(id)
        .setFlags(open.flags())
        .setClockid(open.clockId())
        .setTicks(open.ticks())
        .setSettimeFlags(open.settimeFlags())
        .setVsec(value / TaskTimers.NANOS)
        .setVnsec(value % TaskTimers.NANOS)
        .setIsec(open.intervalNanos() / TaskTimers.NANOS)
        .setInsec(open.intervalNanos() % TaskTimers.NANOS);
  }

  private static Criu.MemfdFile.Builder memfd(
      int id, int inode, int flags, long pos, Criu.Fown fown) {
    return Criu.MemfdFile.newBuilder()
        .setId(id)
        .setFlags(flags)
        .setPos(pos)
        .setFown(fown)
        .setInodeId(inode);
  }

  private static Criu.MemfdInode inode(int id, Shmem shmem) {
    Criu.MemfdInode.Builder inode =
        Criu.MemfdInode.newBuilder()
            .setName(Protos.bytes(shmem.name()))
            .setUid(0)
            .setGid(0)
            .setSize(shmem.size())
            .setShmid(id)
            .setSeals(shmem.seals())
            .setInodeId(id)
            .setMode(shmem.mode());
    if (shmem.hugePageBytes() != 0) {
      inode.setHugetlbFlag(shmem.memfdFlags() & (MFD_HUGETLB | Vmas.HUGE_SIZE));
    }
    return inode.build();
  }

  /**
   * Adds a folder that the task is in, and tells its number.
   *
   * @param working whether it is the working folder, which may have been removed
   */
  int addFolder(ByteString path, boolean working) {
    int id = nextId();
    for (Map.Entry<Integer, GhostFolder> ghost : state.shared(GhostFolder.class).entrySet()) {
      if (working && ghost.getValue().working() && ghost.getValue().path().equals(path)) {
        remap(id, ghost.getKey());
      }
    }
    add(FdType.REG, Criu.File.newBuilder().setId(id).setReg(reg(id, path)));
    return id;
  }

  void write(OutputFolder folder, int filesId) throws IOException {
    try (ImgWriter out = ImgWriter.create(folder, ImgKind.FILES, ImgKind.FILES.file())) {
      for (Criu.File file : files) {
        out.write(file);
      }
    }
    String fdinfo = ImgKind.FDINFO.file(filesId);
    try (ImgWriter out = ImgWriter.create(folder, ImgKind.FDINFO, fdinfo)) {
      for (Criu.Fdinfo fd : fds) {
        out.write(fd);
      }
    }
    writeRemaps(folder);
    writeMemfds(folder);
    writePipes(folder);
    SocketQueues.write(state, types.keySet(), folder);
    TcpStreams.write(state, folder);
    writeLocks(folder);
  }

  private void writeRemaps(OutputFolder folder) throws IOException {
    for (Map.Entry<Integer, GhostFolder> ghost : state.shared(GhostFolder.class).entrySet()) {
      GhostContent.writeFolder(folder, ghost.getKey(), ghost.getValue());
    }
    if (remaps.isEmpty()) {
      return;
    }
    try (ImgWriter out =
        ImgWriter.create(folder, ImgKind.REMAP_FPATH, ImgKind.REMAP_FPATH.file())) {
      for (Criu.RemapFilePath remap : remaps) {
        out.write(remap);
      }
    }
  }

  private void writeMemfds(OutputFolder folder) throws IOException {
    if (memfds.isEmpty()) {
      return;
    }
    try (ImgWriter out = ImgWriter.create(folder, ImgKind.MEMFD, ImgKind.MEMFD.file())) {
      for (Criu.MemfdInode memfd : memfds) {
        out.write(memfd);
      }
    }
  }

  /** What is in a named pipe has a file of its own. */
  private void writePipes(OutputFolder folder) throws IOException {
    Map<Integer, Pipe> pipes = new LinkedHashMap<>(state.shared(Pipe.class));
    Map<Integer, Pipe> named = new LinkedHashMap<>();
    for (FileFifo fifo : state.all(FileFifo.class)) {
      Pipe pipe = pipes.remove(fifo.pipe());
      if (pipe != null) {
        named.put(fifo.pipe(), pipe);
      }
    }
    PipeContents.write(pipes, ImgKind.PIPES_DATA, folder);
    PipeContents.write(named, ImgKind.FIFO_DATA, folder);
  }

  private void writeLocks(OutputFolder folder) throws IOException {
    List<FileLock> locks =
        state.all(FileLock.class).stream()
            .filter(lock -> types.containsKey(lock.file()) && fdsByFile.containsKey(lock.file()))
            .toList();
    if (locks.isEmpty()) {
      return;
    }
    try (ImgWriter out = ImgWriter.create(folder, ImgKind.FILELOCKS, ImgKind.FILELOCKS.file())) {
      for (FileLock lock : locks) {
        out.write(FileLocks.toCriu(lock, state.task().pid(), fdsByFile.get(lock.file())));
      }
    }
  }
}
