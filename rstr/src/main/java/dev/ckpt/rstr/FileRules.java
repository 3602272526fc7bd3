package dev.ckpt.rstr;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.record.EpollItem;
import dev.ckpt.format.record.Fd;
import dev.ckpt.format.record.FileChrdev;
import dev.ckpt.format.record.FileFifo;
import dev.ckpt.format.record.FileLock;
import dev.ckpt.format.record.FileMemfd;
import dev.ckpt.format.record.FileNamed;
import dev.ckpt.format.record.FileOwner;
import dev.ckpt.format.record.FilePty;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.FileRegular;
import dev.ckpt.format.record.GhostFile;
import dev.ckpt.format.record.GhostFolder;
import dev.ckpt.format.record.InotifyWatch;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.ObjectReference;
import dev.ckpt.format.record.SocketRights;
import dev.ckpt.format.record.Vma;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Descriptors, open files, what is said of them, and that somebody has each of them. */
final class FileRules {
  /** Above every number that a descriptor can have: fs.nr_open goes up to less. */
  private static final int FDS_END = 1 << 30;

  private static final ByteString ROOT = ByteString.of("/");
  private static final int[] ANY_TYPE = {};
  private static final int MAKES_FILES = Fcntl.O_CREAT | Fcntl.O_EXCL | Fcntl.O_TRUNC;

  private final TaskRules rules;

  private FileRules(TaskRules rules) {
    this.rules = rules;
  }

  static void check(TaskRules rules) throws CorruptImageException {
    FileRules files = new FileRules(rules);
    files.descriptors();
    files.names();
    files.types();
    files.somebodyHasEach();
    files.watches();
    files.terminals();
    files.namedPipes();
    files.workingFolder();
    rules.distinct(ObjectType.FILE_OWNER, FileOwner.class, "objref", FileOwner::file);
    rules.distinct(ObjectType.FILE_LOCK, FileLock.class, "", lock -> lock);
  }

  private void descriptors() throws CorruptImageException {
    rules.distinct(ObjectType.FD, Fd.class, "number", Fd::fd);
    for (ImageObject object : rules.all(ObjectType.FD)) {
      int number = ((Fd) object.record()).fd();
      if (number >= FDS_END) {
        throw TaskRules.corrupt(object, "a number below " + FDS_END, Integer.toString(number));
      }
    }
  }

  private void names() throws CorruptImageException {
    for (ImageObject object : rules.all()) {
      Optional<ByteString> name = Optional.empty();
      if (object.record() instanceof FileRef file) {
        name = Optional.of(file.path());
      } else if (object.record() instanceof GhostFile file) {
        name = Optional.of(file.path());
      } else if (object.record() instanceof GhostFolder folder) {
        name = Optional.of(folder.path());
      } else if (object.record() instanceof FileChrdev device) {
        name = Optional.of(device.path());
      }
      if (name.isPresent() && !name.get().startsWith(ROOT)) {
        throw TaskRules.corrupt(object, "a path from the root", name.get().toString());
      }
    }
  }

  /** NB: whoever opens a named pipe that he took for something else may wait for ever. */
  private void types() throws CorruptImageException {
    for (ImageObject object : rules.all()) {
      if (object.record() instanceof FileRegular open) {
        requireType(object, open.file(), open.flags(), FileStat.S_IFREG);
      } else if (object.record() instanceof FileFifo open) {
        requireType(object, open.file(), open.flags(), FileStat.S_IFIFO);
      } else if (object.record() instanceof FileNamed open) {
        boolean byNameAlone = (open.flags() & Fcntl.O_PATH) == Fcntl.O_PATH;
        requireType(
            object,
            open.file(),
            open.flags(),
            byNameAlone ? ANY_TYPE : new int[] {FileStat.S_IFDIR, FileStat.S_IFREG});
      } else if (object.record() instanceof Vma vma && vma.kind().backed()) {
        requireType(object, vma.backing(), 0, FileStat.S_IFREG, FileStat.S_IFCHR);
      } else if (object.record() instanceof Mm mm) {
        requireType(object, mm.exeFile(), 0, FileStat.S_IFREG);
      } else if (object.record() instanceof FileChrdev open) {
        requireFlags(object, open.flags());
      } else if (object.record() instanceof FileMemfd open) {
        requireFlags(object, open.flags());
      }
    }
  }

  private void requireType(ImageObject object, int objref, int flags, int... types)
      throws CorruptImageException {
    requireFlags(object, flags);
    if (rules.target(objref) instanceof FileRef file
        && types.length != 0
        && Arrays.stream(types).noneMatch(type -> type == (file.mode() & FileStat.S_IFMT))) {
      throw TaskRules.corrupt(
          object, "a file of another type", "mode " + Integer.toOctalString(file.mode()));
    }
  }

  /** An open file does not remember how it was made (do_dentry_open, fs/open.c). */
  private static void requireFlags(ImageObject object, int flags) throws CorruptImageException {
    if ((flags & MAKES_FILES) != 0) {
      throw TaskRules.corrupt(
          object, "no O_CREAT, O_EXCL or O_TRUNC", "flags " + Integer.toOctalString(flags));
    }
  }

  /** An open file has a descriptor or is in flight; anything else that is shared has a user. */
  private void somebodyHasEach() throws CorruptImageException {
    Set<Integer> held = new HashSet<>();
    Set<Integer> used = new HashSet<>();
    for (ImageObject object : rules.all()) {
      if (object.record() instanceof Fd fd) {
        held.add(fd.file());
      } else if (object.record() instanceof SocketRights rights) {
        held.addAll(rights.files());
      }
      for (ObjectReference reference : object.record().references()) {
        used.add(reference.objref());
      }
    }
    for (ImageObject object : rules.referable()) {
      ObjectType type = object.record().type();
      Set<Integer> wanted = type.isOpenFile() ? held : used;
      if (type != ObjectType.MM && !wanted.contains(object.objref())) {
        throw TaskRules.corrupt(
            object,
            type.isOpenFile() ? "an FD or SOCKET_RIGHTS of it" : "a later object that refers to it",
            "none");
      }
    }
  }

  private void watches() throws CorruptImageException {
    for (ImageObject object : rules.all(ObjectType.EPOLL_ITEM)) {
      EpollItem item = (EpollItem) object.record();
      if (item.fd() >= FDS_END) {
        throw TaskRules.corrupt(object, "a number below " + FDS_END, Integer.toString(item.fd()));
      }
    }
    rules.distinct(
        ObjectType.EPOLL_ITEM,
        EpollItem.class,
        "epoll instance, file and number",
        item -> List.of(item.epoll(), item.file(), item.fd()));
    rules.distinct(
        ObjectType.INOTIFY_WATCH,
        InotifyWatch.class,
        "inotify instance and number",
        watch -> List.of(watch.inotify(), watch.wd()));
  }

  private void terminals() throws CorruptImageException {
    Map<Integer, Integer> masters = new HashMap<>();
    for (FilePty side : rules.all(ObjectType.FILE_PTY, FilePty.class)) {
      if (side.side() == FilePty.MASTER) {
        masters.merge(side.pty(), 1, Integer::sum);
      }
    }
    for (ImageObject object : rules.all(ObjectType.PTY)) {
      int nr = masters.getOrDefault(object.objref(), 0);
      if (nr != 1) {
        throw TaskRules.corrupt(object, "one description of its master side", nr + " of them");
      }
    }
  }

  /** All who have opened one named pipe have opened it by one name. */
  private void namedPipes() throws CorruptImageException {
    Map<Integer, Integer> names = new HashMap<>();
    for (ImageObject object : rules.all(ObjectType.FILE_FIFO)) {
      FileFifo end = (FileFifo) object.record();
      Integer name = names.putIfAbsent(end.pipe(), end.file());
      if (name != null && name != end.file()) {
        throw TaskRules.corrupt(object, "file objref " + name, "objref " + end.file());
      }
    }
  }

  private void workingFolder() throws CorruptImageException {
    boolean seen = false;
    for (ImageObject object : rules.all(ObjectType.GHOST_FOLDER)) {
      boolean working = ((GhostFolder) object.record()).working();
      if (seen && working) {
        throw TaskRules.corrupt(object, "only one working folder", "another");
      }
      seen |= working;
    }
  }
}
