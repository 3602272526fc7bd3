package dev.ckpt.rstr.file;

import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.FileRegular;
import java.util.Map;

/** Opens named files again, at their offsets. */
final class RegularFile implements FileKind {
  @Override
  public void restore(Files files) throws CkptException {
    for (Map.Entry<Integer, FileRegular> entry :
        files.state().shared(FileRegular.class).entrySet()) {
      FileRegular file = entry.getValue();
      if (files.state().find(file.file()).orElseThrow() instanceof FileRef named) {
        files.opened(entry.getKey(), files.openNamed(named.path(), file.flags(), file.pos()));
      }
    }
  }
}
