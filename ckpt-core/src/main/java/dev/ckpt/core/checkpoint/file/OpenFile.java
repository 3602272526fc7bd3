package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.FdInfo;
import dev.ckpt.format.ByteString;
import java.util.ArrayList;
import java.util.List;

/**
 * One open file description of the target and the descriptors that refer to it.
 *
 * <p>A description that waits in the queue of a socket ({@link Flight}), and that the target has no
 * descriptor of, is reached through a descriptor of ours.
 *
 * @param holder the process whose descriptors they are: the target, or we
 * @param fds descriptor numbers, ascending
 * @param link what /proc/PID/fd says it is
 * @param info position and flags
 * @param stat the file itself
 * @param kind how it is saved
 */
record OpenFile(
    int holder, List<Integer> fds, ByteString link, FdInfo info, FileStat stat, FileKind kind) {
  /** The same description with one more descriptor. */
  OpenFile with(int fd) {
    List<Integer> more = new ArrayList<>(fds);
    more.add(fd);
    return new OpenFile(holder, more, link, info, stat, kind);
  }

  /** The lowest descriptor, of the holder. */
  int fd() {
    return fds.get(0);
  }

  /** Whether the target has it in the queue of a socket alone. */
  boolean inFlight() {
    return holder == Tasks.self();
  }

  /** A path that leads to it. */
  String path() {
    return "/proc/" + holder + "/fd/" + fd();
  }

  /** What a refusal calls it. */
  String name() {
    return (inFlight() ? "a file in flight (" : "fd " + fd() + " (") + link + ")";
  }

  /** NB: of the number alone, which is enough. Written out: see Index.Entry. */
  @Override
  public int hashCode() {
    return fds.hashCode();
  }

  /** Open flags without FD_CLOEXEC, which belongs to a descriptor. */
  int flags() {
    return info.fileFlags();
  }
}
