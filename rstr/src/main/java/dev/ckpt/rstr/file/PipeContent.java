package dev.ckpt.rstr.file;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.PipePair;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.Pipe;

/** Puts back how large a pipe was and what waited in it. */
final class PipeContent {
  private PipeContent() {}

  /**
   * Fills an empty pipe of the new task, buffer by buffer. Each goes through a pipe of ours and is
   * spliced, for writes would run together.
   *
   * @param writeEnd a descriptor of the new task's
   */
  static void fill(Files files, Pipe pipe, int writeEnd) throws CkptException {
    files
        .run()
        .call(
            "fcntl(F_SETPIPE_SZ)",
            SyscallNumbers.FCNTL,
            writeEnd,
            Fcntl.F_SETPIPE_SZ,
            pipe.capacityBytes());
    if (pipe.buffers().isEmpty()) {
      return;
    }
    files.run().flush();
    try (Fd target = Tasks.pidfdGetfd(files.context().pidfd(), writeEnd);
        PipePair ours = PipePair.open(pipe.packetMode() ? Fcntl.O_DIRECT : 0)) {
      for (ByteString buffer : pipe.buffers()) {
        ours.write(buffer.toByteArray());
        if (dev.ckpt.core.kernel.Files.splice(ours.readEnd(), target, buffer.length())
            != buffer.length()) {
          throw new SyscallException("", "splice", "content of a pipe", Errno.EAGAIN);
        }
      }
    }
  }
}
