package dev.ckpt.rstr.file;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileTty;
import dev.ckpt.format.record.Task;
import dev.ckpt.rstr.Custody;
import java.util.Map;

/** Opens our terminal in the place of the task's, by the same kind of name if it can have that. */
final class Terminal implements FileKind {
  private static final int TTYAUX_MAJOR = 5;
  private static final ByteString DEV_TTY = ByteString.of("/dev/tty");

  @Override
  public void restore(Files files) throws CkptException {
    for (Map.Entry<Integer, FileTty> entry : files.state().shared(FileTty.class).entrySet()) {
      int flags = entry.getValue().flags() | Fcntl.O_NOCTTY;
      ByteString path =
          entry.getValue().rdevMajor() == TTYAUX_MAJOR && hasOurs(files)
              ? DEV_TTY
              : Files.self(files.context().fds().tty());
      files.opened(entry.getKey(), files.open(path, flags, 0));
    }
  }

  /** Whether our controlling terminal is the task's as well: one that leads a session has none. */
  private static boolean hasOurs(Files files) throws CkptException {
    boolean leader = (files.state().task().flags() & Task.SESSION_LEADER) != 0;
    return !leader
        && files.context().options().custody() == Custody.JOB
        && dev.ckpt.core.kernel.Terminal.exists();
  }
}
