package dev.ckpt.convert.criu;

import dev.ckpt.convert.BadInputException;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.GhostFolder;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.ShmemKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes what open files and mappings refer to, each once: named files, files without a name,
 * memory objects.
 */
final class NamedFiles {
  /** By which CRIU knows shared memory that has no name, and takes it for a memfd. */
  private static final ByteString ANON_NAME = ByteString.of("/dev/zero");

  private static final int MFD_ALLOW_SEALING = 2;
  private static final int F_SEAL_SEAL = 1;
  private static final int DEFAULT_MODE = 0100777;

  private final CriuFolder folder;
  private final ImageWriter image;
  private final Map<FileRef, Integer> refs = new HashMap<>();

  /** References of files without a name by their numbers of CRIU's. */
  private final Map<Integer, Integer> ghosts = new LinkedHashMap<>();

  /** The same of folders. */
  private final Map<Integer, Integer> ghostFolders = new LinkedHashMap<>();

  /** Inode ids of the memory objects that have a descriptor. */
  private final Set<Long> withFd = new HashSet<>();

  /** References of memory objects by their inode ids. */
  private final Map<Integer, Integer> memfds = new LinkedHashMap<>();

  NamedFiles(CriuFolder folder, ImageWriter image) {
    this.folder = folder;
    this.image = image;
    for (Criu.Fdinfo fd : folder.fds()) {
      Criu.File file = folder.filesById().get(fd.getId());
      if (file != null && file.hasMemfd()) {
        withFd.add(Integer.toUnsignedLong(file.getMemfd().getInodeId()));
      }
    }
  }

  /** Of those that have content. */
  Map<Integer, Integer> ghosts() {
    return ghosts;
  }

  Map<Integer, Integer> memfds() {
    return memfds;
  }

  /** An open file by its number. */
  Criu.File file(int id) throws CkptException {
    Criu.File file = folder.filesById().get(id);
    if (file == null) {
      throw bad("file " + id, "one of this number", "none");
    }
    return file;
  }

  private BadInputException bad(String what, String expected, String actual) {
    String name = folder.folder().name() + "/" + ImgKind.FILES.file();
    return BadInputException.of(new BadInputException.Place(name, 0, "", what), expected, actual);
  }

  /** What a mapping of a file shows, or an open file is of: with or without a name. */
  int named(int id) throws IOException {
    Criu.File file = file(id);
    if (file.hasMemfd()) {
      return memfd(file.getMemfd().getInodeId());
    }
    if (!file.hasReg()) {
      throw bad("file " + id, "a file of the file system", "type " + file.getType());
    }
    Integer ghost = folder.ghosts().get(id);
    return ghost == null ? ref(file.getReg()) : ghost(ghost, file.getReg());
  }

  private int ref(Criu.RegFile reg) throws IOException {
    ByteString path = Protos.bytes(reg.getName());
    StatFile found = StatFile.of(reg);
    requireSame(path, reg, found);
    FileRef ref = found.ref(path, buildId(reg.getBuildIdList()));
    Integer known = refs.get(ref);
    if (known == null) {
      known = image.writeShared(ref);
      refs.put(ref, known);
    }
    return known;
  }

  /** CRIU itself would refuse a file that is not as it was. */
  private static void requireSame(ByteString path, Criu.RegFile reg, StatFile found)
      throws CkptException {
    boolean sizeIsSame =
        !reg.hasSize()
            || found.type() != StatFile.S_IFREG
            || StatFile.isKernels(path)
            || reg.getSize() == found.size();
    if (!sizeIsSame || reg.hasMode() && reg.getMode() != found.mode()) {
      throw new CkptException(
          FailureCode.CONVERT_INPUT,
          String.format(
              "%s is not as it was: it had %d bytes and mode %o, and has %d and %o",
              path, reg.getSize(), reg.getMode(), found.size(), found.mode()));
    }
  }

  /** NB: words, of which the last may be filled up with zeros; nobody has one of such a length. */
  private static ByteString buildId(List<Integer> words) {
    ByteBuffer bytes =
        ByteBuffer.allocate(words.size() * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    words.forEach(bytes::putInt);
    return ByteString.of(bytes.flip());
  }

  private int ghost(int number, Criu.RegFile reg) throws IOException {
    Integer known = ghosts.containsKey(number) ? ghosts.get(number) : ghostFolders.get(number);
    if (known != null) {
      return known;
    }
    ByteString path = Protos.bytes(reg.getName());
    if (isFolder(number)) {
      Criu.GhostFile ghost = GhostReader.entry(folder.folder(), number);
      boolean working = folder.ghosts().getOrDefault(folder.fs().getCwdId(), 0) == number;
      int objref =
          image.writeShared(
              new GhostFolder(path, ghost.getMode(), ghost.getUid(), ghost.getGid(), working));
      ghostFolders.put(number, objref);
      return objref;
    }
    int objref = image.writeShared(GhostReader.file(folder.folder(), number, path));
    ghosts.put(number, objref);
    return objref;
  }

  /** Whether a file without a name is a folder. */
  private boolean isFolder(int number) throws IOException {
    int mode = GhostReader.entry(folder.folder(), number).getMode();
    return (mode & StatFile.S_IFMT) == StatFile.S_IFDIR;
  }

  /** Whether an open file is of a folder that was removed. */
  boolean isGhostFolder(int id) throws IOException {
    Integer ghost = folder.ghosts().get(id);
    return ghost != null && isFolder(ghost);
  }

  /** Whether a mapping of a file shows shared memory that has no name. */
  boolean isAnon(int id) throws CkptException {
    Criu.File file = file(id);
    Criu.MemfdInode inode =
        file.hasMemfd() ? folder.memfdsById().get(file.getMemfd().getInodeId()) : null;
    return inode != null && isAnon(inode);
  }

  /** NB: a memfd may have the name of one; then there is a descriptor, or was. */
  private boolean isAnon(Criu.MemfdInode inode) {
    return Protos.bytes(inode.getName()).equals(ANON_NAME) && !withFd.contains(inode.getInodeId());
  }

  /** A memory object by its inode id. */
  int memfd(int inodeId) throws IOException {
    Integer known = memfds.get(inodeId);
    if (known != null) {
      return known;
    }
    Criu.MemfdInode inode = folder.memfdsById().get(inodeId);
    if (inode == null) {
      throw bad("memfd", "an inode " + inodeId, "none");
    }
    ByteString name = Protos.bytes(inode.getName());
    boolean anon = isAnon(inode);
    int flags = anon || inode.getSeals() == F_SEAL_SEAL ? 0 : MFD_ALLOW_SEALING;
    int objref =
        image.writeShared(
            new Shmem(
                anon ? ShmemKind.ANON : ShmemKind.MEMFD,
                anon ? ByteString.EMPTY : name,
                inode.getSize(),
                anon ? 0 : inode.getSeals(),
                flags | inode.getHugetlbFlag(),
                inode.hasMode() ? inode.getMode() : DEFAULT_MODE));
    memfds.put(inodeId, objref);
    return objref;
  }
}
