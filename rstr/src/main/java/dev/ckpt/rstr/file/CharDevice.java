package dev.ckpt.rstr.file;

import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.FileChrdev;
import java.util.Map;

/** Opens devices that have no state. */
final class CharDevice implements FileKind {
  @Override
  public void restore(Files files) throws CkptException {
    for (Map.Entry<Integer, FileChrdev> entry : files.state().shared(FileChrdev.class).entrySet()) {
      FileChrdev device = entry.getValue();
      files.opened(entry.getKey(), files.open(device.path(), device.flags(), device.pos()));
    }
  }
}
