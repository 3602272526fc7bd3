package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.proc.FdInfo;
import dev.ckpt.format.ByteString;
import java.util.ArrayList;
import java.util.List;

/**
 * One open file description of the target and the descriptors that refer to it.
 *
 * @param fds descriptor numbers, ascending
 * @param link what /proc/PID/fd says it is
 * @param info position and flags
 * @param stat the file itself
 * @param kind how it is saved
 */
record OpenFile(List<Integer> fds, ByteString link, FdInfo info, FileStat stat, FileKind kind) {
  /** The same description with one more descriptor. */
  OpenFile with(int fd) {
    List<Integer> more = new ArrayList<>(fds);
    more.add(fd);
    return new OpenFile(more, link, info, stat, kind);
  }

  /** The lowest descriptor. */
  int fd() {
    return fds.get(0);
  }

  /** Open flags without FD_CLOEXEC, which belongs to a descriptor. */
  int flags() {
    return info.fileFlags();
  }
}
