package dev.ckpt.rstr;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.PipePair;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.Fd;
import dev.ckpt.format.record.FileChrdev;
import dev.ckpt.format.record.FileMemfd;
import dev.ckpt.format.record.FilePipe;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.FileRegular;
import dev.ckpt.format.record.FileTty;
import dev.ckpt.format.record.Pipe;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Rebuilds open file descriptions and the descriptors that refer to them. */
final class Files {
  private static final int F_SETFL_FLAGS =
      Fcntl.O_APPEND | Fcntl.O_NONBLOCK | Fcntl.O_DIRECT | Fcntl.O_NOATIME;
  private static final int CLOSE_RANGE_END = -1;

  private final RstrContext context;
  private final BatchRunner run;
  private final MemoryObjects objects;
  private final Map<Integer, Integer> numbers = new HashMap<>();

  Files(RstrContext context, BatchRunner run, MemoryObjects objects) {
    this.context = context;
    this.run = run;
    this.objects = objects;
  }

  /**
   * Closes what the new task inherited from us, keeping our terminal where one is needed.
   *
   * @param ttyFd one of our descriptors that is a terminal, or -1
   */
  static void closeInherited(RstrContext context, BatchRunner run, int ttyFd) throws CkptException {
    int kept = context.fds().tty();
    if (ttyFd >= 0) {
      run.call("dup3", SyscallNumbers.DUP3, ttyFd, kept, 0);
      run.call("close_range", SyscallNumbers.CLOSE_RANGE, 0, kept - 1, 0);
      run.call("close_range", SyscallNumbers.CLOSE_RANGE, kept + 1, CLOSE_RANGE_END, 0);
    } else {
      run.call("close_range", SyscallNumbers.CLOSE_RANGE, 0, CLOSE_RANGE_END, 0);
    }
    run.flush();
  }

  /** Opens everything under high numbers, fills pipes, then moves each to its place. */
  void restore() throws IOException {
    restoreNamed();
    restorePipes();
    run.flush();
    for (Fd fd : context.state().all(Fd.class)) {
      int cloexec = (fd.fdFlags() & Fd.FD_CLOEXEC) != 0 ? Fcntl.O_CLOEXEC : 0;
      run.call("dup3", SyscallNumbers.DUP3, numbers.get(fd.file()), fd.fd(), cloexec);
    }
    run.call("close_range", SyscallNumbers.CLOSE_RANGE, context.fds().scratch(), -1, 0);
    run.flush();
  }

  private void restoreNamed() throws CkptException {
    for (Map.Entry<Integer, FileRegular> entry :
        context.state().shared(FileRegular.class).entrySet()) {
      FileRegular file = entry.getValue();
      FileRef named = context.state().get(file.file(), FileRef.class);
      numbers.put(entry.getKey(), open(named.path(), file.flags(), file.pos()));
    }
    for (Map.Entry<Integer, FileChrdev> entry :
        context.state().shared(FileChrdev.class).entrySet()) {
      FileChrdev device = entry.getValue();
      numbers.put(entry.getKey(), open(device.path(), device.flags(), device.pos()));
    }
    for (Map.Entry<Integer, FileMemfd> entry : context.state().shared(FileMemfd.class).entrySet()) {
      FileMemfd memfd = entry.getValue();
      ByteString link = self(objects.fdOf(memfd.shmem()));
      numbers.put(entry.getKey(), open(link, memfd.flags(), memfd.pos()));
    }
    for (Map.Entry<Integer, FileTty> entry : context.state().shared(FileTty.class).entrySet()) {
      ByteString link = self(context.fds().tty());
      numbers.put(entry.getKey(), open(link, entry.getValue().flags() | Fcntl.O_NOCTTY, 0));
    }
  }

  private static ByteString self(int number) {
    return ByteString.of(("/proc/self/fd/" + number).getBytes(StandardCharsets.US_ASCII));
  }

  private int open(ByteString path, int flags, long pos) throws CkptException {
    int number = context.fds().take();
    byte[] name = path.toByteArray();
    Batch batch = run.room(4, name.length + 1);
    Batch.Result fd = batch.call("open " + path, SyscallNumbers.OPEN, batch.string(name), flags);
    batch.call("dup3", SyscallNumbers.DUP3, fd, number, Fcntl.O_CLOEXEC);
    batch.call("close", SyscallNumbers.CLOSE, fd);
    if (pos != 0) {
      batch.call("lseek", SyscallNumbers.LSEEK, number, pos, Fcntl.SEEK_SET);
    }
    return number;
  }

  private void restorePipes() throws IOException {
    for (Map.Entry<Integer, Pipe> entry : context.state().shared(Pipe.class).entrySet()) {
      Pipe pipe = entry.getValue();
      int readEnd = context.fds().take();
      int writeEnd = context.fds().take();
      Batch batch = run.room(6, 8);
      Batch.Data fds = batch.space(Long.BYTES);
      batch.call("pipe2", SyscallNumbers.PIPE2, fds, pipe.packetMode() ? Fcntl.O_DIRECT : 0);
      // struct of two ints; a descriptor argument counts with its low half only
      batch.call("dup3", SyscallNumbers.DUP3, fds.word(0), readEnd, Fcntl.O_CLOEXEC);
      batch.call("dup3", SyscallNumbers.DUP3, fds.word(4), writeEnd, Fcntl.O_CLOEXEC);
      batch.call("close", SyscallNumbers.CLOSE, fds.word(0));
      batch.call("close", SyscallNumbers.CLOSE, fds.word(4));
      batch.call(
          "fcntl(F_SETPIPE_SZ)",
          SyscallNumbers.FCNTL,
          writeEnd,
          Fcntl.F_SETPIPE_SZ,
          pipe.capacityBytes());
      run.flush();
      fill(pipe, writeEnd);
      restoreEnds(entry.getKey(), readEnd, writeEnd);
    }
  }

  /** Each end once as it was made by pipe2; further descriptions of it are opened anew. */
  private void restoreEnds(int pipe, int readEnd, int writeEnd) throws CkptException {
    boolean readTaken = false;
    boolean writeTaken = false;
    for (Map.Entry<Integer, FilePipe> entry : context.state().shared(FilePipe.class).entrySet()) {
      FilePipe end = entry.getValue();
      if (end.pipe() != pipe) {
        continue;
      }
      int mode = end.flags() & Fcntl.O_ACCMODE;
      if (mode == Fcntl.O_RDONLY && !readTaken) {
        readTaken = true;
        setFlags(entry.getKey(), readEnd, end.flags());
      } else if (mode == Fcntl.O_WRONLY && !writeTaken) {
        writeTaken = true;
        setFlags(entry.getKey(), writeEnd, end.flags());
      } else {
        numbers.put(entry.getKey(), open(self(readEnd), end.flags(), 0));
      }
    }
  }

  private void setFlags(int objref, int number, int flags) throws CkptException {
    run.call("fcntl(F_SETFL)", SyscallNumbers.FCNTL, number, Fcntl.F_SETFL, flags & F_SETFL_FLAGS);
    numbers.put(objref, number);
  }

  /**
   * Puts back what waited in a pipe, buffer by buffer. Each goes through a pipe of ours and is
   * spliced, for writes would run together.
   */
  private void fill(Pipe pipe, int writeEnd) throws IOException {
    if (pipe.buffers().isEmpty()) {
      return;
    }
    try (dev.ckpt.core.kernel.Fd target = Tasks.pidfdGetfd(context.pidfd(), writeEnd);
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
