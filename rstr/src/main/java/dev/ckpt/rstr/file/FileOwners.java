package dev.ckpt.rstr.file;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.FileOwner;
import java.util.OptionalInt;

/**
 * Says again whom open files send signals to. Through the descriptors that the task has at the end:
 * the signal tells by which one O_ASYNC was set.
 */
final class FileOwners {
  private static final int F_OWNER_EX_BYTES = 8;

  /** As fcntl(F_SETFL) with O_ASYNC, and leaves other flags alone (ioctl_fioasync, fs/ioctl.c). */
  private static final int FIOASYNC = 0x5452;

  private FileOwners() {}

  /**
   * Says it.
   *
   * @param inFlight of those alone that the task has no descriptor of at the end, by the one that
   *     it has for the time being; or of all others
   */
  static void restore(Files files, boolean inFlight) throws CkptException {
    for (FileOwner owner : files.state().all(FileOwner.class)) {
      OptionalInt last = files.finalFd(owner.file());
      if (last.isEmpty() != inFlight) {
        continue;
      }
      int fd = inFlight ? files.number(owner.file()) : last.getAsInt();
      Batch batch = files.run().room(3, F_OWNER_EX_BYTES + Long.BYTES);
      if (owner.pid() != 0) {
        Batch.Data value = batch.space(F_OWNER_EX_BYTES);
        batch.putInt(value, 0, owner.kind());
        batch.putInt(value, 4, files.context().ids().own(owner.pid()));
        batch.call("fcntl(F_SETOWN_EX)", SyscallNumbers.FCNTL, fd, Fcntl.F_SETOWN_EX, value);
      }
      batch.call("fcntl(F_SETSIG)", SyscallNumbers.FCNTL, fd, Fcntl.F_SETSIG, owner.signal());
      if (owner.async()) {
        // Fails with ENOTTY for a kind of file that sends none: open(2) takes the flag all the
        // same.
        Batch.Data on = batch.space(Integer.BYTES);
        batch.putInt(on, 0, 1);
        batch.tryCall("ioctl(FIOASYNC)", SyscallNumbers.IOCTL, fd, FIOASYNC, on);
      }
    }
    files.run().flush();
  }
}
