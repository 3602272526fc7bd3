package dev.ckpt.rstr.file;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.record.FileChrdev;
import dev.ckpt.rstr.Checks;
import java.util.Map;

/** Opens devices that have no state. */
final class CharDevice implements FileKind {
  /** NB: a name may lead to anything by now, even to what open(2) would wait for. */
  @Override
  public void check(Checks checks) throws CkptException {
    for (FileChrdev device : checks.state().shared(FileChrdev.class).values()) {
      try {
        FileStat now = FileStat.of(device.path().toByteArray());
        if (now.type() != FileStat.S_IFCHR
            || now.rdevMajor() != device.rdevMajor()
            || now.rdevMinor() != device.rdevMinor()) {
          checks.refuse(
              RefusalCode.FILE_CHANGED,
              device.path() + " is another device now",
              "put the old one back");
        }
      } catch (SyscallException e) {
        checks.refuse(
            RefusalCode.FILE_GONE, device.path() + " (" + e.getMessage() + ")", "put it back");
      }
    }
  }

  @Override
  public void restore(Files files) throws CkptException {
    for (Map.Entry<Integer, FileChrdev> entry : files.state().shared(FileChrdev.class).entrySet()) {
      FileChrdev device = entry.getValue();
      files.opened(entry.getKey(), files.open(device.path(), device.flags(), device.pos()));
    }
  }
}
