package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.checkpoint.FileRefs;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.InotifyMark;
import dev.ckpt.core.proc.MountInfo;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileInotify;
import dev.ckpt.format.record.InotifyWatch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An inotify instance and what it watches. A watch is on an inode; the name by which it was made is
 * nowhere. So the inode is opened by its handle, and has the name that the kernel then gives it.
 */
final class Inotify implements FileKind {
  /** A mark, and a name of what it is on. */
  private record Named(InotifyMark mark, ByteString path) {}

  private final Map<OpenFile, List<Named>> watches = new HashMap<>();

  @Override
  public void survey(Files files, List<OpenFile> mine) throws CkptException {
    List<MountInfo> mounts = ProcFs.of(Tasks.self()).mounts();
    for (OpenFile inotify : mine) {
      String name = inotify.name();
      try (Fd duplicate = files.duplicate(inotify)) {
        files
            .target()
            .refusals()
            .addIf(
                dev.ckpt.core.kernel.Inotify.pendingBytes(duplicate) > 0,
                RefusalCode.INOTIFY_EVENTS,
                name + " has events that were not read",
                "try again when the program has read them");
      }
      List<Named> found = new ArrayList<>();
      for (InotifyMark mark : InotifyMark.of(inotify.info())) {
        Optional<ByteString> path = pathOf(mark, mounts);
        files
            .target()
            .refusals()
            .addIf(
                path.isEmpty(),
                RefusalCode.INOTIFY_PATH,
                name + " watches inode " + mark.ino() + ", to which no name leads",
                "run ckpt as root; files that are deleted, or of a file system without handles"
                    + " such as overlay, cannot be found");
        files
            .target()
            .refusals()
            .addIf(
                mark.wd() > InotifyWatch.MAX_WD,
                RefusalCode.INOTIFY_WD,
                name + " has watch descriptor " + mark.wd() + ", too high to be had again",
                "make it open a new instance");
        path.ifPresent(at -> found.add(new Named(mark, at)));
      }
      found.sort(Comparator.comparingInt(named -> named.mark().wd()));
      watches.put(inotify, found);
    }
  }

  private static Optional<ByteString> pathOf(InotifyMark mark, List<MountInfo> mounts) {
    if (mark.handle().isEmpty()) {
      return Optional.empty();
    }
    for (MountInfo mount : mounts) {
      if (mount.devMajor() == mark.devMajor() && mount.devMinor() == mark.devMinor()) {
        Optional<ByteString> path = pathBelow(mount, mark.handle().get());
        if (path.isPresent()) {
          return path;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<ByteString> pathBelow(MountInfo mount, InotifyMark.Handle handle) {
    try (Fd at = Fd.open(mount.mountPoint().toByteArray(), Fcntl.O_RDONLY, 0);
        Fd file =
            dev.ckpt.core.kernel.Inotify.openByHandle(
                at, handle.type(), handle.bytes().toByteArray())) {
      byte[] self = ("/proc/self/fd/" + file.number()).getBytes(StandardCharsets.US_ASCII);
      ByteString path = ByteString.of(dev.ckpt.core.kernel.Files.readLink(self));
      return FileRefs.nameLeadsTo(path, FileStat.of(self)) ? Optional.of(path) : Optional.empty();
    } catch (SyscallException e) {
      // Whatever the reason: through this mount it is not found.
      return Optional.empty();
    }
  }

  @Override
  public int save(Files files, OpenFile file) {
    int inotify = files.context().addTarget(new FileInotify(file.flags()));
    for (Named watch : watches.get(file)) {
      InotifyMark mark = watch.mark();
      files.context().add(new InotifyWatch(inotify, mark.wd(), mark.mask(), watch.path()));
    }
    return inotify;
  }
}
