package dev.ckpt.rstr.file;

import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.FileEventfd;
import java.util.Map;

/** Makes eventfds and counts them up to where they were. */
final class Eventfd implements FileKind {
  private static final int EFD_SEMAPHORE = 1;

  @Override
  public void restore(Files files) throws CkptException {
    for (Map.Entry<Integer, FileEventfd> entry :
        files.state().shared(FileEventfd.class).entrySet()) {
      FileEventfd eventfd = entry.getValue();
      Batch batch = files.run().room(4, Long.BYTES);
      Batch.Result fd =
          batch.call(
              "eventfd2", SyscallNumbers.EVENTFD2, 0, eventfd.semaphore() ? EFD_SEMAPHORE : 0);
      int number = files.moved(batch, fd);
      // NB: by a write: the first count that eventfd2 takes has 32 bits only.
      Batch.Data count = batch.space(Long.BYTES);
      batch.putLong(count, 0, eventfd.count());
      batch.call("write", SyscallNumbers.WRITE, number, count, Long.BYTES);
      files.setFlags(number, eventfd.flags());
      files.opened(entry.getKey(), number);
    }
  }
}
