package dev.ckpt.rstr;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.Loginuid;

/**
 * To whom the audit log ascribes what the task does. Threads inherit it from the first one, so it
 * is set before they are made.
 */
final class LoginUser {
  private static final byte[] FILE = "/proc/self/loginuid".getBytes(US_ASCII);

  private LoginUser() {}

  /** Sets it, which only the task itself may do; a note when the kernel does not allow it. */
  static void restore(RstrContext context, BatchRunner run) throws CkptException {
    for (Loginuid saved : context.state().all(Loginuid.class)) {
      if (saved.loginuid() != ProcFs.of(context.leader().pid()).loginuid()
          && !write(run, Integer.toUnsignedString(saved.loginuid()))) {
        context
            .notes()
            .add(
                "loginuid: "
                    + Integer.toUnsignedString(saved.loginuid())
                    + " cannot be set; the audit log ascribes the task to our own");
      }
    }
  }

  private static boolean write(BatchRunner run, String text) throws CkptException {
    Batch opening = run.room(1, FILE.length + 1);
    Batch.Result opened =
        opening.tryCall("open", SyscallNumbers.OPEN, opening.string(FILE), Fcntl.O_WRONLY);
    run.flush();
    long fd = opening.result(opened);
    if (fd < 0) {
      return false;
    }
    byte[] bytes = text.getBytes(US_ASCII);
    Batch writing = run.room(2, bytes.length + 1);
    Batch.Result written =
        writing.tryCall("write", SyscallNumbers.WRITE, fd, writing.string(bytes), bytes.length);
    writing.call("close", SyscallNumbers.CLOSE, fd);
    run.flush();
    return writing.result(written) == bytes.length;
  }
}
