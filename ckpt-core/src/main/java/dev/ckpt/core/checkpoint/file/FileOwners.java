package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.checkpoint.SurveyContext;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.record.FileOwner;
import java.util.Optional;

/** Whom open files send signals to: F_SETOWN_EX, F_SETSIG and O_ASYNC. A lease sets it too. */
final class FileOwners {
  private FileOwners() {}

  /**
   * Whom a description belongs to; nothing when it sends no signals.
   *
   * @param objref the description's record
   */
  static Optional<FileOwner> of(Files files, int objref, OpenFile file) throws CkptException {
    if ((file.flags() & Fcntl.O_PATH) != 0) {
      // Sends none, and answers nearly every fcntl(2) with EBADF.
      return Optional.empty();
    }
    // struct f_owner_ex: type, pid (asm-generic/fcntl.h)
    NativeBuffer owner = NativeBuffer.allocate(Long.BYTES);
    int signal;
    try (Fd mine = files.duplicate(file)) {
      mine.fcntl(Fcntl.F_GETOWN_EX, owner.address());
      signal = mine.fcntl(Fcntl.F_GETSIG, 0);
    }
    int pid = owner.getInt(4);
    boolean async = (file.flags() & Fcntl.FASYNC) != 0;
    return pid == 0 && signal == 0 && !async
        ? Optional.empty()
        : Optional.of(new FileOwner(objref, owner.getInt(0), pid, signal, async));
  }

  /** Refuses an owner that is somebody else: who has that number at the restore nobody knows. */
  static void survey(Files files, OpenFile file) throws CkptException {
    final int anyObjref = 1;
    SurveyContext context = files.target();
    Optional<FileOwner> owner = of(files, anyObjref, file);
    if (owner.isPresent() && owner.get().async() && file.inFlight()) {
      // The signals would tell a number that nobody has.
      files.flight().refuse(file, "sends signals (O_ASYNC)");
    } else if (owner.isPresent() && owner.get().pid() != 0 && !isTarget(context, owner.get())) {
      context
          .refusals()
          .add(
              RefusalCode.FD_OWNER,
              file.name() + " sends its signals to process " + owner.get().pid(),
              "make the task their receiver (F_SETOWN) before the dump");
    }
  }

  private static boolean isTarget(SurveyContext context, FileOwner owner) throws CkptException {
    if (owner.kind() == FileOwner.F_OWNER_TID) {
      return context.proc().tasks().contains(owner.pid());
    }
    // Its own number as a group means a group that it leads, which it has again.
    return owner.pid() == context.pid();
  }

  /** Adds the record of a description's owner. */
  static void save(Files files, OpenFile file) throws CkptException {
    of(files, files.objref(file), file).ifPresent(files.context()::add);
  }
}
