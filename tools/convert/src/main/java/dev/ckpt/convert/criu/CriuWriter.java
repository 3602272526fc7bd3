package dev.ckpt.convert.criu;

import dev.ckpt.convert.Losses;
import dev.ckpt.convert.Machines;
import dev.ckpt.convert.OutputFolder;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.PageStream;
import dev.ckpt.format.record.LsmLabel;
import dev.ckpt.format.record.Pipe;
import dev.ckpt.format.record.Task;
import dev.ckpt.format.record.TaskThread;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Puts an image into a folder as CRIU would have written it. */
final class CriuWriter {
  /** What stands before the messages: the files begin with the common magic. */
  static final int IMG_VERSION = 2;

  /** Of the task's own objects; CRIU gives the one that dumps 1. */
  private static final int TASK_ID = 2;

  /** Of its namespaces, which are those of whoever restores it. */
  private static final int NAMESPACES_ID = 1;

  /** The namespaces of its clocks: those of the machine. */
  static final int TIMENS_ID = 0;

  /** No rule of a firewall holds back the packets of connections, to be taken away again. */
  private static final int NETWORK_LOCK_SKIP = 2;

  /** What a message has a place for, and what is no state. */
  private static final Set<ObjectType> KNOWN =
      EnumSet.of(
          ObjectType.HEADER,
          ObjectType.TASK,
          ObjectType.THREAD,
          ObjectType.CPU_X86_64,
          ObjectType.RESTART_BLOCK,
          ObjectType.SCHED,
          ObjectType.CPU_FEATURES,
          ObjectType.CRED,
          ObjectType.GHOST_FOLDER,
          ObjectType.SECCOMP_FILTER,
          ObjectType.SECCOMP,
          ObjectType.RLIMITS,
          ObjectType.TIME_NS,
          ObjectType.LOGINUID,
          ObjectType.LSM_LABEL,
          ObjectType.SIGACTIONS,
          ObjectType.SIGPENDING,
          ObjectType.ITIMERS,
          ObjectType.POSIX_TIMER,
          ObjectType.MM,
          ObjectType.VDSO_IMAGE,
          ObjectType.FILE_REF,
          ObjectType.GHOST_FILE,
          ObjectType.SHMEM,
          ObjectType.VMA,
          ObjectType.PARENT_IMAGE,
          ObjectType.PARENT_PAGES,
          ObjectType.PIPE,
          ObjectType.EPOLL_ITEM,
          ObjectType.FILE_OWNER,
          ObjectType.SOCKET_RIGHTS,
          ObjectType.SOCKET_FILTER,
          ObjectType.TCP_SOCK,
          ObjectType.VMA_GUARD,
          ObjectType.FD);

  private final ImageState state;
  private final OutputFolder folder;
  private final Losses losses;

  CriuWriter(ImageState state, OutputFolder folder, Losses losses) {
    this.state = state;
    this.folder = folder;
    this.losses = losses;
  }

  void write(PageStream pages) throws IOException {
    Machines.requireX86(state);
    Task task = state.task();
    Filters filters = Filters.of(state);
    Map<Integer, Criu.Core> cores = new CoreFiles(state, filters, losses).all();
    Criu.Mm mm = new Vmas(state, losses).toCriu();
    OpenFiles files = new OpenFiles(state, DumpClocks.of(state), losses);
    files.collect();
    int cwdId = files.addFolder(task.cwd(), true);
    int rootId = files.addFolder(task.root(), false);
    noteUnknown();
    if (filters.areShared(state)) {
      losses.note("threads share seccomp filters: CRIU gives each thread its own");
    }
    losses.requireAllowed("CRIU");

    int pid = task.pid();
    CoreFiles.write(cores, folder);
    ImgWriter.writeOne(folder, ImgKind.MM, ImgKind.MM.file(pid), mm);
    files.write(folder, TASK_ID);
    Criu.Fs fs =
        Criu.Fs.newBuilder().setCwdId(cwdId).setRootId(rootId).setUmask(task.umask()).build();
    ImgWriter.writeOne(folder, ImgKind.FS, ImgKind.FS.file(pid), fs);
    ImgWriter.writeOne(folder, ImgKind.IDS, ImgKind.IDS.file(pid), ids(TASK_ID));
    writeTree(task);
    if (!filters.isEmpty()) {
      ImgWriter.writeOne(folder, ImgKind.SECCOMP, ImgKind.SECCOMP.file(), filters.toCriu());
    }
    ImgWriter.writeOne(
        folder, ImgKind.TIMENS, ImgKind.TIMENS.file(TIMENS_ID), DumpClocks.of(state).toCriu());
    try (Memory memory = new Memory(state, folder)) {
      memory.write(pages);
    }
    // Last: a folder without it is none.
    writeInventory();
  }

  /** Objects of types that no message is for. Open files say that themselves. */
  private void noteUnknown() {
    Map<ObjectType, Integer> unknown = new TreeMap<>();
    for (ImageObject object : state.objects()) {
      ObjectType type = object.record().type();
      if (!KNOWN.contains(type) && !type.name().startsWith("FILE_")) {
        unknown.merge(type, 1, Integer::sum);
      }
    }
    unknown.forEach((type, nr) -> losses.add(type.name(), nr + " of them"));
    if (state.all(Pipe.class).stream().anyMatch(Pipe::packetMode)) {
      losses.add("PIPE.packetMode", "O_DIRECT");
    }
    for (LsmLabel label : state.all(LsmLabel.class)) {
      if (!label.label().isEmpty() && !label.label().utf8().equals("unconfined")) {
        losses.add("LSM_LABEL", label.label().toString());
      }
    }
  }

  private static Criu.KobjIds ids(int id) {
    return Criu.KobjIds.newBuilder()
        .setVmId(id)
        .setFilesId(id)
        .setFsId(id)
        .setSighandId(id)
        .setPidNsId(NAMESPACES_ID)
        .setNetNsId(NAMESPACES_ID)
        .setIpcNsId(NAMESPACES_ID)
        .setUtsNsId(NAMESPACES_ID)
        .setMntNsId(NAMESPACES_ID)
        .setUserNsId(NAMESPACES_ID)
        .setCgroupNsId(NAMESPACES_ID)
        .setTimeNsId(NAMESPACES_ID)
        .build();
  }

  private void writeTree(Task task) throws IOException {
    Criu.Pstree.Builder tree =
        Criu.Pstree.newBuilder()
            .setPid(task.pid())
            .setPpid(0)
            .setPgid(task.pgid())
            .setSid(task.sid());
    for (TaskThread thread : state.threads()) {
      tree.addThreads(thread.tid());
    }
    ImgWriter.writeOne(folder, ImgKind.PSTREE, ImgKind.PSTREE.file(), tree.build());
  }

  private void writeInventory() throws IOException {
    Criu.Inventory inventory =
        Criu.Inventory.newBuilder()
            .setImgVersion(IMG_VERSION)
            .setFdinfoPerId(true)
            .setRootIds(ids(NAMESPACES_ID))
            .setNsPerId(true)
            .setLsmtype(0)
            .setNetworkLockMethod(NETWORK_LOCK_SKIP)
            .build();
    ImgWriter.writeOne(folder, ImgKind.INVENTORY, ImgKind.INVENTORY.file(), inventory);
  }
}
