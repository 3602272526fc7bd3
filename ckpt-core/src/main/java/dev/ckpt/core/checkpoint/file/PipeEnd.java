package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.checkpoint.Refusals;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.record.FilePipe;
import dev.ckpt.format.record.Pipe;
import java.util.List;
import java.util.Set;

/** An end of a pipe both of whose ends are the task's own, with what waits in it. */
final class PipeEnd implements FileKind {
  @Override
  public void survey(Files files, List<OpenFile> mine) {
    refuseOthers(files.holders(), mine, files.target().refusals());
  }

  @Override
  public void preview(int pid, List<OpenFile> mine, Refusals refusals) {
    refuseOthers(new Holders(pid, Set.of()), mine, refusals);
  }

  private static void refuseOthers(Holders holders, List<OpenFile> mine, Refusals refusals) {
    for (OpenFile file : mine) {
      List<Holders.Holder> others = holders.of(file.link().toString());
      if (!others.isEmpty()) {
        refusals.add(
            RefusalCode.PIPE_OUTSIDE,
            file.name() + " leads to process " + others.get(0).pid(),
            "redirect it to a file, or end the other process");
      }
    }
  }

  @Override
  public int save(Files files, OpenFile file) throws CkptException {
    int pipe = files.context().share("pipe", file.link(), () -> pipe(files, file));
    return files.context().addTarget(new FilePipe(pipe, file.flags()));
  }

  private Pipe pipe(Files files, OpenFile file) throws CkptException {
    // Opened anew for reading: the task may hold the write end alone.
    try (Fd end = Fd.open(file.path(), Fcntl.O_RDONLY | Fcntl.O_NONBLOCK)) {
      int capacity = end.fcntl(Fcntl.F_GETPIPE_SZ, 0);
      PipeContent.Content content = PipeContent.peek(end, capacity, file.link().toString());
      return new Pipe(file.stat().ino(), capacity, content.packets(), content.buffers());
    }
  }
}
