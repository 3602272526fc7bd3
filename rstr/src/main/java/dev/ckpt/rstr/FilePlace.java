package dev.ckpt.rstr;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;

/**
 * A file that the task is about to open for writing, held as what it is: no link is followed that
 * has taken the file's place. It is opened through this, because O_NOFOLLOW would show for ever.
 * One at a time.
 */
public final class FilePlace {
  private final BatchRunner run;
  private final int number;

  private FilePlace(BatchRunner run, int number) {
    this.run = run;
    this.number = number;
  }

  /** Holds the file that a path of the image leads to. */
  public static FilePlace hold(RstrContext context, BatchRunner run, ByteString path)
      throws CkptException {
    byte[] name = path.toByteArray();
    int number = context.fds().scratch();
    Batch batch = run.room(3, name.length + 1);
    Batch.Result fd =
        batch.call(
            "open " + path,
            SyscallNumbers.OPEN,
            batch.string(name),
            Fcntl.O_PATH | Fcntl.O_NOFOLLOW | Fcntl.O_CLOEXEC);
    batch.call("dup3", SyscallNumbers.DUP3, fd, number, Fcntl.O_CLOEXEC);
    batch.call("close", SyscallNumbers.CLOSE, fd);
    return new FilePlace(run, number);
  }

  /** A path that opens the file. */
  public ByteString path() {
    return ByteString.of("/proc/self/fd/" + number);
  }

  /** Lets it go. */
  public void release() throws CkptException {
    run.call("close", SyscallNumbers.CLOSE, number);
  }
}
