package dev.ckpt.rstr.file;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.FileHolders;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.record.FileFifo;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.Pipe;
import dev.ckpt.rstr.Checks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * Opens named pipes and fills them. Both sides are held open meanwhile, so that no open(2) waits
 * for its other side. Who waits there now is let in, as the task was there all the time.
 */
final class Fifo implements FileKind {
  @Override
  public void check(Checks checks) throws CkptException {
    Set<Integer> names = new TreeSet<>();
    for (FileFifo end : checks.state().shared(FileFifo.class).values()) {
      names.add(end.file());
    }
    for (int name : names) {
      FileRef file = checks.state().get(name, FileRef.class);
      try {
        OptionalInt other = FileHolders.of(Path.of(file.path().toString()), 0);
        if (other.isPresent()) {
          checks.refuse(
              RefusalCode.FIFO_BUSY,
              file.path() + " is open in process " + other.getAsInt(),
              "end that process, or let it open the pipe after the restore");
        }
      } catch (IOException e) {
        // FILE_GONE is said of it already.
        continue;
      }
    }
  }

  @Override
  public void restore(Files files) throws IOException {
    Map<Integer, FileFifo> ends = files.state().shared(FileFifo.class);
    Set<Integer> pipes = new TreeSet<>();
    ends.values().forEach(end -> pipes.add(end.pipe()));
    for (int pipe : pipes) {
      restore(
          files,
          files.state().get(pipe, Pipe.class),
          ends.entrySet().stream().filter(entry -> entry.getValue().pipe() == pipe).toList());
    }
  }

  private static void restore(Files files, Pipe pipe, List<Map.Entry<Integer, FileFifo>> ends)
      throws CkptException {
    FileRef named = files.state().get(ends.get(0).getValue().file(), FileRef.class);
    int both = files.openNamed(named.path(), Fcntl.O_RDWR | Fcntl.O_NONBLOCK, 0);
    int reader = files.open(Files.self(both), Fcntl.O_RDONLY | Fcntl.O_NONBLOCK, 0);
    PipeContent.fill(files, pipe, both);
    for (Map.Entry<Integer, FileFifo> end : ends) {
      if (!end.getValue().unwritten()) {
        open(files, end.getKey(), end.getValue());
      }
    }
    // A reader that never saw a writer must not see ours either (fifo_open in fs/pipe.c).
    files.run().call("close", SyscallNumbers.CLOSE, both);
    for (Map.Entry<Integer, FileFifo> end : ends) {
      if (end.getValue().unwritten()) {
        open(files, end.getKey(), end.getValue());
      }
    }
    files.run().call("close", SyscallNumbers.CLOSE, reader);
  }

  private static void open(Files files, int objref, FileFifo end) throws CkptException {
    FileRef named = files.state().get(end.file(), FileRef.class);
    int number = files.openNamed(named.path(), end.flags() | Fcntl.O_NONBLOCK, 0);
    files.setFlags(number, end.flags());
    files.opened(objref, number);
  }
}
