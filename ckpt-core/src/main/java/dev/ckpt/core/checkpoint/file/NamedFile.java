package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.checkpoint.FileRefs;
import dev.ckpt.core.checkpoint.GhostFolders;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileNamed;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A file of which its name is all: a directory, a file of /proc or /sys, or whatever was opened
 * with O_PATH.
 */
final class NamedFile implements FileKind {
  private static final Pattern PROC_PID = Pattern.compile("/proc/(\\d+)(/.*)?");

  /** What cannot be opened before the descriptors are there, or is more than a view. */
  private static final List<String> ODD =
      List.of(
          "/fdinfo/", "/map_files/", "/sys/kernel/debug/", "/sys/kernel/tracing/", "/proc/kmsg");

  /** Whether a name is one of the kernel's own file systems. */
  static boolean isKernels(String name) {
    return name.startsWith("/proc/") || name.startsWith("/sys/");
  }

  /** Whether a file of /proc or /sys will be the same view again for a task of this pid. */
  static boolean isViewOf(int pid, String name) {
    var process = PROC_PID.matcher(name);
    boolean others = process.matches() && !process.group(1).equals(Integer.toString(pid));
    return !others && ODD.stream().noneMatch(name::contains);
  }

  /** Whether the path leads to this very file, be it a symbolic link itself. */
  static boolean nameLeadsTo(ByteString path, FileStat stat) {
    try {
      return FileStat.ofLink(path.toByteArray()).sameFile(stat);
    } catch (SyscallException e) {
      // Whatever the reason: the restore would not find it either.
      return false;
    }
  }

  @Override
  public int save(Files files, OpenFile file) throws CkptException {
    boolean removed = GhostFolders.isOne(file.link(), file.stat());
    int named =
        removed
            ? GhostFolders.save(files.context(), file.link(), file.stat())
            : FileRefs.save(files.context(), file.link(), file.stat());
    return files.context().addTarget(new FileNamed(named, file.flags(), file.info().pos()));
  }
}
