package dev.ckpt.rstr.file;

import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.FileMemfd;
import java.util.Map;

/** Opens memfds anew; the objects behind them are there already. */
final class Memfd implements FileKind {
  @Override
  public void restore(Files files) throws CkptException {
    for (Map.Entry<Integer, FileMemfd> entry : files.state().shared(FileMemfd.class).entrySet()) {
      FileMemfd memfd = entry.getValue();
      int object = files.objects().fdOf(memfd.shmem());
      files.opened(entry.getKey(), files.open(Files.self(object), memfd.flags(), memfd.pos()));
    }
  }
}
