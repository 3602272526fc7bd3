package dev.ckpt.convert.criu;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.ckpt.convert.BadInputException;
import dev.ckpt.convert.InputFolder;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The messages of a folder that is of one task, all but its pages. A file that is missing is as one
 * without messages, as it is for CRIU.
 *
 * @param filesById open files, and files of mappings
 * @param ghosts the numbers of files without a name, by the numbers of open files
 * @param memfdsById memory objects by their inode ids
 * @param locks of files, of all tasks
 */
record CriuFolder(
    InputFolder folder,
    Criu.Pstree tree,
    Map<Integer, Criu.Core> cores,
    Criu.Mm mm,
    Criu.Fs fs,
    List<Criu.Fdinfo> fds,
    Map<Integer, Criu.File> filesById,
    Map<Integer, Integer> ghosts,
    Map<Integer, Criu.MemfdInode> memfdsById,
    List<Criu.SeccompFilter> filters,
    List<Criu.FileLock> locks,
    Optional<Criu.Timens> clocks) {
  private static final int GHOST = 1;

  /** By which older images, that have no type, tell a ghost file. */
  private static final int OLD_GHOST = 1 << 31;

  /**
   * Reads them.
   *
   * @throws BadInputException if something is damaged, missing or newer
   * @throws CkptException if it is of what no image can be of
   */
  static CriuFolder read(InputFolder folder) throws IOException {
    Criu.Inventory inventory = inventory(folder);
    Criu.Pstree tree = tree(folder);
    int pid = tree.getPid();
    Criu.KobjIds ids = only(folder, ImgKind.IDS, ImgKind.IDS.file(pid), Criu.KobjIds.parser());
    requireNamespaces(folder, inventory, ids);
    Map<Integer, Criu.Core> cores = new LinkedHashMap<>();
    cores.put(pid, core(folder, pid));
    for (int tid : tree.getThreadsList()) {
      cores.computeIfAbsent(tid, key -> null);
      if (cores.get(tid) == null) {
        cores.put(tid, core(folder, tid));
      }
    }
    Map<Integer, Criu.File> files = new LinkedHashMap<>();
    all(folder, ImgKind.FILES, ImgKind.FILES.file(), Criu.File.parser())
        .forEach(file -> files.put(file.getId(), file));
    Map<Integer, Criu.MemfdInode> memfds = new LinkedHashMap<>();
    all(folder, ImgKind.MEMFD, ImgKind.MEMFD.file(), Criu.MemfdInode.parser())
        .forEach(memfd -> memfds.put((int) memfd.getInodeId(), memfd));
    List<Criu.SeccompFilter> filters = new ArrayList<>();
    all(folder, ImgKind.SECCOMP, ImgKind.SECCOMP.file(), Criu.SeccompFilters.parser())
        .forEach(each -> filters.addAll(each.getFiltersList()));
    // What the clocks of the task showed, in a namespace of its own or not.
    boolean ownClocks =
        inventory.hasRootIds() && ids.getTimeNsId() != inventory.getRootIds().getTimeNsId();
    String timens =
        ImgKind.TIMENS.file(
            ownClocks ? Integer.toUnsignedLong(ids.getTimeNsId()) : CriuWriter.TIMENS_ID);
    return new CriuFolder(
        folder,
        tree,
        cores,
        only(folder, ImgKind.MM, ImgKind.MM.file(pid), Criu.Mm.parser()),
        only(folder, ImgKind.FS, ImgKind.FS.file(pid), Criu.Fs.parser()),
        all(folder, ImgKind.FDINFO, ImgKind.FDINFO.file(ids.getFilesId()), Criu.Fdinfo.parser()),
        files,
        ghosts(folder),
        memfds,
        filters,
        all(folder, ImgKind.FILELOCKS, ImgKind.FILELOCKS.file(), Criu.FileLock.parser()),
        all(folder, ImgKind.TIMENS, timens, Criu.Timens.parser()).stream().findFirst());
  }

  private static Criu.Inventory inventory(InputFolder folder) throws IOException {
    String file = ImgKind.INVENTORY.file();
    Criu.Inventory inventory = only(folder, ImgKind.INVENTORY, file, Criu.Inventory.parser());
    BadInputException.Place place =
        new BadInputException.Place(folder.name() + "/" + file, 0, "", "img_version");
    if (Integer.compareUnsigned(inventory.getImgVersion(), CriuWriter.IMG_VERSION) > 0) {
      throw BadInputException.newer(
          place, Integer.toUnsignedLong(inventory.getImgVersion()), CriuWriter.IMG_VERSION);
    } else if (inventory.getImgVersion() != CriuWriter.IMG_VERSION) {
      throw BadInputException.of(
          place, "version 2", "version " + inventory.getImgVersion() + ", of CRIU before 2.0");
    }
    return inventory;
  }

  private static Criu.Pstree tree(InputFolder folder) throws IOException {
    String file = ImgKind.PSTREE.file();
    List<Criu.Pstree> tasks = all(folder, ImgKind.PSTREE, file, Criu.Pstree.parser());
    if (tasks.size() != 1) {
      throw loss(
          "an image is of one process, and the folder has "
              + tasks.size()
              + ": "
              + tasks.stream().limit(20).map(task -> "pid " + task.getPid()).toList());
    }
    return tasks.get(0);
  }

  private static Criu.Core core(InputFolder folder, int tid) throws IOException {
    return only(folder, ImgKind.CORE, ImgKind.CORE.file(tid), Criu.Core.parser());
  }

  /** A task with namespaces of its own would come back in those of whoever restores it. */
  private static void requireNamespaces(
      InputFolder folder, Criu.Inventory inventory, Criu.KobjIds ids) throws CkptException {
    Criu.KobjIds root = inventory.getRootIds();
    Map<String, Boolean> own = new LinkedHashMap<>();
    own.put("pid", ids.getPidNsId() != root.getPidNsId());
    own.put("net", ids.getNetNsId() != root.getNetNsId());
    own.put("ipc", ids.getIpcNsId() != root.getIpcNsId());
    own.put("uts", ids.getUtsNsId() != root.getUtsNsId());
    own.put("mnt", ids.getMntNsId() != root.getMntNsId());
    own.put("user", ids.getUserNsId() != root.getUserNsId());
    own.put("cgroup", ids.getCgroupNsId() != root.getCgroupNsId());
    List<String> names =
        own.entrySet().stream().filter(Map.Entry::getValue).map(Map.Entry::getKey).toList();
    if (inventory.hasRootIds() && !names.isEmpty()) {
      throw loss(folder.name() + ": the process has namespaces of its own: " + names);
    }
  }

  private static Map<Integer, Integer> ghosts(InputFolder folder) throws IOException {
    Map<Integer, Integer> ghosts = new LinkedHashMap<>();
    String file = ImgKind.REMAP_FPATH.file();
    for (Criu.RemapFilePath remap :
        all(folder, ImgKind.REMAP_FPATH, file, Criu.RemapFilePath.parser())) {
      boolean ghost =
          remap.hasRemapType()
              ? remap.getRemapType() == GHOST
              : (remap.getRemapId() & OLD_GHOST) != 0;
      if (!ghost) {
        throw loss(
            folder.name()
                + ": file "
                + remap.getOrigId()
                + " is remapped by type "
                + remap.getRemapType());
      }
      ghosts.put(remap.getOrigId(), remap.getRemapId() & ~OLD_GHOST);
    }
    return ghosts;
  }

  private static CkptException loss(String what) {
    return new CkptException(FailureCode.CONVERT_LOSS, what);
  }

  /** The one message of a file that must be there. */
  private static <M extends Message> M only(
      InputFolder folder, ImgKind kind, String file, Parser<M> parser) throws IOException {
    try (ImgReader reader = ImgReader.open(folder, kind, file)) {
      return reader.only(parser);
    }
  }

  /** All messages of a file without raw bytes. */
  private static <M extends Message> List<M> all(
      InputFolder folder, ImgKind kind, String file, Parser<M> parser) throws IOException {
    List<M> all = new ArrayList<>();
    try (ImgReader reader = ImgReader.open(folder, kind, file)) {
      for (Optional<M> next = reader.next(parser); next.isPresent(); next = reader.next(parser)) {
        all.add(next.get());
      }
    }
    return all;
  }

  /** The message of the first thread. */
  Criu.Core leader() {
    return cores.get(tree.getPid());
  }
}
