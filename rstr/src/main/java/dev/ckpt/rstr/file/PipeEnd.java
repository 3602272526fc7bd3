package dev.ckpt.rstr.file;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.FilePipe;
import dev.ckpt.format.record.Pipe;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Makes pipes and fills them. */
final class PipeEnd implements FileKind {
  @Override
  public void restore(Files files) throws IOException {
    Map<Integer, Map<Integer, FilePipe>> endsOf = new TreeMap<>();
    files
        .state()
        .shared(FilePipe.class)
        .forEach(
            (objref, end) ->
                endsOf.computeIfAbsent(end.pipe(), pipe -> new LinkedHashMap<>()).put(objref, end));
    for (Map.Entry<Integer, Map<Integer, FilePipe>> entry : endsOf.entrySet()) {
      Pipe pipe = files.state().get(entry.getKey(), Pipe.class);
      int readEnd = files.context().fds().take();
      int writeEnd = files.context().fds().take();
      Batch batch = files.run().room(6, 8);
      Batch.Data fds = batch.space(Long.BYTES);
      batch.call("pipe2", SyscallNumbers.PIPE2, fds, pipe.packetMode() ? Fcntl.O_DIRECT : 0);
      // struct of two ints; a descriptor argument counts with its low half only
      batch.call("dup3", SyscallNumbers.DUP3, fds.word(0), readEnd, Fcntl.O_CLOEXEC);
      batch.call("dup3", SyscallNumbers.DUP3, fds.word(4), writeEnd, Fcntl.O_CLOEXEC);
      batch.call("close", SyscallNumbers.CLOSE, fds.word(0));
      batch.call("close", SyscallNumbers.CLOSE, fds.word(4));
      PipeContent.fill(files, pipe, writeEnd);
      restoreEnds(files, entry.getValue(), readEnd, writeEnd);
    }
  }

  /** Each end once as it was made by pipe2; further descriptions of it are opened anew. */
  private static void restoreEnds(
      Files files, Map<Integer, FilePipe> ends, int readEnd, int writeEnd) throws CkptException {
    boolean readTaken = false;
    boolean writeTaken = false;
    for (Map.Entry<Integer, FilePipe> entry : ends.entrySet()) {
      FilePipe end = entry.getValue();
      int mode = end.flags() & Fcntl.O_ACCMODE;
      if (mode == Fcntl.O_RDONLY && !readTaken) {
        readTaken = true;
        setFlags(files, entry.getKey(), readEnd, end.flags());
      } else if (mode == Fcntl.O_WRONLY && !writeTaken) {
        writeTaken = true;
        setFlags(files, entry.getKey(), writeEnd, end.flags());
      } else {
        files.opened(entry.getKey(), files.open(Files.self(readEnd), end.flags(), 0));
      }
    }
  }

  private static void setFlags(Files files, int objref, int number, int flags)
      throws CkptException {
    files.setFlags(number, flags);
    files.opened(objref, number);
  }
}
