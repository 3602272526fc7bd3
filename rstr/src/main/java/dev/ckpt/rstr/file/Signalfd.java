package dev.ckpt.rstr.file;

import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.FileSignalfd;
import java.util.Map;

/** Makes signalfds. */
final class Signalfd implements FileKind {
  private static final int NEW = -1;

  @Override
  public void restore(Files files) throws CkptException {
    for (Map.Entry<Integer, FileSignalfd> entry :
        files.state().shared(FileSignalfd.class).entrySet()) {
      Batch batch = files.run().room(3, Long.BYTES);
      Batch.Data mask = batch.space(Long.BYTES);
      batch.putLong(mask, 0, entry.getValue().mask());
      Batch.Result fd = batch.call("signalfd4", SyscallNumbers.SIGNALFD4, NEW, mask, Long.BYTES, 0);
      int number = files.moved(batch, fd);
      files.setFlags(number, entry.getValue().flags());
      files.opened(entry.getKey(), number);
    }
  }
}
