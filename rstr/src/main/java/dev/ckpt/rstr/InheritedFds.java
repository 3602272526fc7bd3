package dev.ckpt.rstr;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.EpollItem;
import dev.ckpt.format.record.Fd;
import dev.ckpt.format.record.FileChrdev;
import dev.ckpt.format.record.FileFifo;
import dev.ckpt.format.record.FileLock;
import dev.ckpt.format.record.FileOwner;
import dev.ckpt.format.record.FilePipe;
import dev.ckpt.format.record.FilePty;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.FileRegular;
import dev.ckpt.format.record.FileTty;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.InotifyWatch;
import dev.ckpt.format.record.SocketRights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Puts files of the caller's in the place of what the task's descriptors led to. It changes the
 * state that is restored, before it is checked: so what is replaced need not be there any more, be
 * it a file, a terminal or the other end of a pipe.
 *
 * <p>A file that is written is made where there is none, and goes on at its end where there is one.
 * Closing removes what was made, unless it is to be kept.
 */
final class InheritedFds implements AutoCloseable {
  private static final int DEFAULT_MODE = 0666;
  private static final ByteString NO_BUILD_ID = ByteString.of(new byte[0]);

  private final List<Refusal> refusals = new ArrayList<>();
  private final List<Path> made = new ArrayList<>();

  /** The state with other files behind some descriptors and all that share their description. */
  ImageState replace(ImageState state, Map<Integer, Path> files) throws CkptException {
    ImageState replaced = state;
    for (Map.Entry<Integer, Path> entry : files.entrySet()) {
      Optional<Fd> fd =
          state.all(Fd.class).stream().filter(each -> each.fd() == entry.getKey()).findFirst();
      if (fd.isEmpty()) {
        refusals.add(
            new Refusal(
                RefusalCode.FD_NOT_OPEN,
                "the task has no descriptor " + entry.getKey(),
                "ckpt show lists those that it has"));
      } else {
        replaced = replace(replaced, fd.get().file(), entry.getValue().toAbsolutePath());
      }
    }
    if (!refusals.isEmpty()) {
      throw new UnsupportedStateException(refusals);
    }
    return replaced;
  }

  private ImageState replace(ImageState state, int objref, Path path) throws CkptException {
    int flags = flagsOf(state.get(objref, ImageRecord.class));
    boolean isNew = !Files.exists(path);
    boolean written = (flags & Fcntl.O_ACCMODE) != Fcntl.O_RDONLY;
    FileStat stat;
    // O_NONBLOCK: of a named pipe this would wait for the other side.
    int openFlags = flags | Fcntl.O_NONBLOCK | Fcntl.O_NOCTTY | (written ? Fcntl.O_CREAT : 0);
    byte[] name = dev.ckpt.core.kernel.Files.bytes(path.toString());
    try (var opened = dev.ckpt.core.kernel.Fd.open(name, openFlags, DEFAULT_MODE)) {
      if (isNew) {
        made.add(path);
      }
      byte[] self = dev.ckpt.core.kernel.Files.bytes("/proc/self/fd/" + opened.number());
      stat = FileStat.of(self);
      // Where links lead that the caller named: as of any open file.
      name = dev.ckpt.core.kernel.Files.readLink(self);
    } catch (SyscallException e) {
      return refuse(state, path + " cannot be opened (" + e.getMessage() + ")");
    }
    ByteString bytes = ByteString.of(name);
    if (stat.type() == FileStat.S_IFCHR) {
      return with(
          state,
          objref,
          List.of(),
          new FileChrdev(bytes, stat.rdevMajor(), stat.rdevMinor(), flags | Fcntl.O_NOCTTY, 0));
    }
    if (stat.type() != FileStat.S_IFREG) {
      return refuse(state, path + " is neither a file nor a character device");
    }
    FileRef named =
        new FileRef(
            bytes,
            stat.dev(),
            stat.ino(),
            stat.mode(),
            stat.size(),
            stat.mtimeNanos(),
            NO_BUILD_ID,
            stat.uid(),
            stat.gid(),
            false);
    int ref = 1 + state.objects().stream().mapToInt(ImageObject::objref).max().orElse(0);
    return with(
        state,
        objref,
        List.of(new ImageObject(0, ref, named)),
        new FileRegular(ref, flags, written ? stat.size() : 0));
  }

  private ImageState refuse(ImageState state, String object) {
    refusals.add(new Refusal(RefusalCode.INHERIT_FILE, object, "name a file that can be opened"));
    return state;
  }

  /** Access mode and the flags that a new file can have too. */
  private static int flagsOf(ImageRecord open) {
    int flags = Fcntl.O_RDWR;
    if (open instanceof FileRegular file) {
      flags = file.flags();
    } else if (open instanceof FileChrdev file) {
      flags = file.flags();
    } else if (open instanceof FileTty file) {
      flags = file.flags();
    } else if (open instanceof FilePipe file) {
      flags = file.flags();
    } else if (open instanceof FilePty file) {
      flags = file.flags();
    } else if (open instanceof FileFifo file) {
      flags = file.flags();
    }
    return flags & (Fcntl.O_ACCMODE | Fcntl.O_APPEND | Fcntl.O_NONBLOCK);
  }

  /** The state with another description, without what the one before held or was watched by. */
  private static ImageState with(
      ImageState state, int objref, List<ImageObject> before, ImageRecord description) {
    List<ImageObject> objects = new ArrayList<>();
    for (ImageObject object : state.objects()) {
      if (object.objref() == objref) {
        objects.addAll(before);
        objects.add(new ImageObject(object.offset(), objref, description));
      } else if (!isOf(object.record(), objref)) {
        objects.add(object);
      }
    }
    return ImageState.of(withoutUnused(objects));
  }

  private static boolean isOf(ImageRecord content, int objref) {
    return content instanceof FileLock lock && lock.file() == objref
        || content instanceof FileOwner owner && owner.file() == objref
        || content instanceof EpollItem item && (item.file() == objref || item.epoll() == objref)
        || content instanceof SocketRights rights && rights.socket() == objref
        || content instanceof InotifyWatch watch && watch.inotify() == objref;
  }

  /** Files that nothing refers to any more need not be there. */
  private static List<ImageObject> withoutUnused(List<ImageObject> objects) {
    Set<Integer> used = new HashSet<>();
    objects.forEach(
        object -> object.record().references().forEach(reference -> used.add(reference.objref())));
    return objects.stream()
        .filter(object -> !(object.record() instanceof FileRef) || used.contains(object.objref()))
        .toList();
  }

  /** Leaves what was made where it is: the task has it now. */
  void keep() {
    made.clear();
  }

  @Override
  public void close() throws IOException {
    for (Path path : made) {
      Files.deleteIfExists(path);
    }
  }
}
