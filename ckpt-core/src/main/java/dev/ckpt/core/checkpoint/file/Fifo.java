package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.checkpoint.FileRefs;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.core.proc.FileHolders;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.record.FileFifo;
import dev.ckpt.format.record.Pipe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A named pipe that nobody but the task has open, with what waits in it.
 *
 * <p>NB: it is never opened anew, not even for a moment: whoever waits in open(2) for the other
 * side would take us for it.
 */
final class Fifo implements FileKind {
  private static final int FIONREAD = 0x541B;

  @Override
  public void survey(Files files, List<OpenFile> mine) throws CkptException {
    for (OpenFile file : mine) {
      OptionalInt other = holder(files, file);
      if (other.isPresent()) {
        files
            .target()
            .refusals()
            .add(
                RefusalCode.PIPE_OUTSIDE,
                file.name() + " leads to process " + other.getAsInt(),
                "end the other process, or let it close the pipe");
      } else if (reader(files, file).isEmpty() && waiting(files, file) != 0) {
        files
            .target()
            .refusals()
            .add(
                RefusalCode.FIFO_UNREAD,
                file.name() + " holds bytes and nobody has it open to read them",
                "let a reader take them, or close it before the dump");
      }
    }
  }

  private static OptionalInt holder(Files files, OpenFile file) throws CkptException {
    try {
      return FileHolders.of(Path.of(file.path()), files.target().pid(), files.flight().borrowed());
    } catch (IOException e) {
      throw new CkptException(FailureCode.IO_FAILED, file.name() + " cannot be looked at: " + e, e);
    }
  }

  /** A descriptor by which the task can read it. */
  private static Optional<OpenFile> reader(Files files, OpenFile file) {
    return files.all().stream()
        .filter(other -> other.stat().sameFile(file.stat()))
        .filter(other -> (other.flags() & Fcntl.O_ACCMODE) != Fcntl.O_WRONLY)
        .findFirst();
  }

  private static int waiting(Files files, OpenFile file) throws CkptException {
    NativeBuffer count = NativeBuffer.allocate(Long.BYTES);
    try (Fd end = files.duplicate(file)) {
      end.ioctl(FIONREAD, count.address());
    }
    return count.getInt(0);
  }

  /** Its reader may be in flight. */
  @Override
  public boolean needsAll() {
    return true;
  }

  @Override
  public int save(Files files, OpenFile file) throws CkptException {
    int named = FileRefs.save(files.context(), file.link(), file.stat());
    int pipe = files.context().share("fifo", file.stat().ino(), () -> pipe(files, file));
    boolean unwritten;
    try (Fd end = files.duplicate(file)) {
      boolean reads = (file.flags() & Fcntl.O_ACCMODE) == Fcntl.O_RDONLY;
      unwritten = reads && !isWritable(files, file) && !end.hungUp();
    }
    return files.context().addTarget(new FileFifo(pipe, named, file.flags(), unwritten));
  }

  private static boolean isWritable(Files files, OpenFile file) {
    return files.all().stream()
        .filter(other -> other.stat().sameFile(file.stat()))
        .anyMatch(other -> (other.flags() & Fcntl.O_ACCMODE) != Fcntl.O_RDONLY);
  }

  private static Pipe pipe(Files files, OpenFile file) throws CkptException {
    Optional<OpenFile> reader = reader(files, file);
    try (Fd end = files.duplicate(reader.orElse(file))) {
      int capacity = end.fcntl(Fcntl.F_GETPIPE_SZ, 0);
      PipeContent.Content content =
          reader.isPresent()
              ? PipeContent.peek(end, capacity, file.link().toString())
              : PipeContent.Content.NONE;
      return new Pipe(file.stat().ino(), capacity, content.packets(), content.buffers());
    }
  }
}
