package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.checkpoint.FileRefs;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.FileRegular;

/** A file that has a name: the name is saved, the content is not. */
final class RegularFile implements FileKind {
  @Override
  public int save(Files files, OpenFile file) throws CkptException {
    int named =
        FileRefs.saveOpened(
            files.context(), file.link(), file.stat(), FileLocks.holdsWriteLease(file));
    return files.context().addTarget(new FileRegular(named, file.flags(), file.info().pos()));
  }
}
