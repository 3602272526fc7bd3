package dev.ckpt.core.checkpoint.file;

import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.FileMemfd;

/** An open memfd; its content is a memory object. */
final class Memfd implements FileKind {
  @Override
  public int save(Files files, OpenFile file) throws CkptException {
    int object = files.context().mm().saveObject(files.context(), file.holder(), file.fd());
    return files.context().addTarget(new FileMemfd(object, file.flags(), file.info().pos()));
  }
}
