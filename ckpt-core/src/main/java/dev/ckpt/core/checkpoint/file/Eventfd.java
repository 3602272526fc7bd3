package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.proc.EventfdInfo;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.FileEventfd;

/** An eventfd: a counter in the kernel. */
final class Eventfd implements FileKind {
  @Override
  public int save(Files files, OpenFile file) throws CkptException {
    EventfdInfo info = EventfdInfo.of(file.info());
    return files
        .context()
        .addTarget(new FileEventfd(info.count(), info.semaphore().orElseThrow(), file.flags()));
  }
}
