package dev.ckpt.rstr.file;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.FileTty;
import java.util.Map;

/** Opens our terminal in the place of the task's. */
final class Terminal implements FileKind {
  @Override
  public void restore(Files files) throws CkptException {
    for (Map.Entry<Integer, FileTty> entry : files.state().shared(FileTty.class).entrySet()) {
      int flags = entry.getValue().flags() | Fcntl.O_NOCTTY;
      int number = files.open(Files.self(files.context().fds().tty()), flags, 0);
      files.opened(entry.getKey(), number);
    }
  }
}
