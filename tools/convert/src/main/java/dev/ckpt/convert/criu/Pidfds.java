package dev.ckpt.convert.criu;

import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.record.FilePidfd;

/** Pidfds of the task itself. CRIU has none of threads, and an image of one task no others. */
final class Pidfds {
  /** As in linux/pidfd.h: it is of a thread. */
  static final int PIDFD_THREAD = 0200;

  private static final int O_RDWR = 2;

  private Pidfds() {}

  /** NB: the inode counts where the process is gone alone. */
  static Criu.Pidfd toCriu(int id, FilePidfd pidfd, Criu.Fown fown) {
    return Criu.Pidfd.newBuilder()
        .setId(id)
        .setIno(id)
        .setFlags(pidfd.flags() & ~O_RDWR)
        .setNspid(pidfd.pid())
        .setFown(fown)
        .build();
  }

  static FilePidfd toCkpt(Criu.Pidfd pidfd) {
    return new FilePidfd(pidfd.getNspid(), 0, pidfd.getFlags() | O_RDWR);
  }
}
