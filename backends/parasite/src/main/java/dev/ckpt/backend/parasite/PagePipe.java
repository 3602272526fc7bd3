package dev.ckpt.backend.parasite;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.backend.Target;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Files;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.HeldBatch;
import dev.ckpt.core.tracee.RemoteCall;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import java.util.List;

/**
 * A pipe that a thread of the task has made, and stands ready to put pages of its own into, or to
 * take them out of.
 *
 * <p>It is made, used and closed in one batch of calls, in whose pause the thread stands: so if we
 * die, the thread closes it, with what is in it. The task has both ends, and never waits for room:
 * then nothing that becomes of us can send it SIGPIPE, or keep it waiting.
 *
 * <p>The pages in the pipe are the task's own, or ours, not copies (vmsplice(2)). So all of the
 * task's have to be read before it runs again, and ours must not change until they were.
 *
 * <p>Threading: the tracer's thread.
 */
final class PagePipe implements AutoCloseable {
  /** The backend's name. */
  static final String NAME = "parasite";

  /** The most ranges that are put by one call. */
  static final int MAX_RANGES = 256;

  /** What the task does with its pages. */
  enum Way {
    /** Puts them into the pipe. */
    OUT,
    /** Takes them out of it. */
    IN
  }

  /** All that the task is asked to do to put its pages in. */
  static final List<RemoteCall> CALLS =
      List.of(
          RemoteCall.question("pipe2", SyscallNumbers.PIPE2),
          RemoteCall.question("fcntl(F_SETPIPE_SZ)", SyscallNumbers.FCNTL),
          RemoteCall.question("vmsplice", SyscallNumbers.VMSPLICE),
          RemoteCall.undoing("close", SyscallNumbers.CLOSE));

  /** As much as a page array has; without privileges no pipe may take more. */
  private static final int CAPACITY_BYTES = 1 << 20;

  private static final int SPLICE_F_NONBLOCK = 2;
  private static final int IOVEC_BYTES = 16;

  private final RemoteSyscalls calls;
  private final Batch batch;
  private final Batch.Data iovecs;
  private final Batch.Data nrIovecs;
  private final Batch.Result move;
  private final HeldBatch held;
  private final Fd readEnd;
  private final Fd writeEnd;

  private PagePipe(
      RemoteSyscalls calls,
      Batch batch,
      Batch.Data iovecs,
      Batch.Data nrIovecs,
      Batch.Result move,
      HeldBatch held,
      Fd readEnd,
      Fd writeEnd) {
    this.calls = calls;
    this.batch = batch;
    this.iovecs = iovecs;
    this.nrIovecs = nrIovecs;
    this.move = move;
    this.held = held;
    this.readEnd = readEnd;
    this.writeEnd = writeEnd;
  }

  /**
   * Has the task make one.
   *
   * @throws UnsupportedStateException when it cannot, for lack of descriptors
   */
  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  static PagePipe open(Target target, Way way) throws CkptException {
    RemoteSyscalls calls = target.host().orElseThrow().infect(target.memory());
    boolean opened = false;
    try {
      PagePipe pipe = open(target.pid(), calls, way);
      opened = true;
      return pipe;
    } finally {
      if (!opened) {
        calls.close();
      }
    }
  }

  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  private static PagePipe open(int pid, RemoteSyscalls calls, Way way) throws CkptException {
    Batch batch = calls.batch();
    Batch.Data ends = batch.space(Long.BYTES);
    // NB: the ends are closed whatever pipe2 says, if we die.
    batch.putLong(ends, 0, -1);
    Batch.Data iovecs = batch.space(MAX_RANGES * IOVEC_BYTES);
    Batch.Data nrIovecs = batch.space(Long.BYTES);
    Batch.Word readEnd = ends.word(0);
    Batch.Word writeEnd = ends.word(Integer.BYTES);
    Batch.Result pipe = batch.tryCall("pipe2", SyscallNumbers.PIPE2, ends, Fcntl.O_CLOEXEC);
    batch.tryCall("fcntl", SyscallNumbers.FCNTL, writeEnd, Fcntl.F_SETPIPE_SZ, CAPACITY_BYTES);
    Batch.Word nr = nrIovecs.word(0);
    Batch.Result move =
        way == Way.OUT
            ? batch.tryCall(
                "vmsplice", SyscallNumbers.VMSPLICE, writeEnd, iovecs, nr, SPLICE_F_NONBLOCK)
            : batch.tryCall("readv", SyscallNumbers.READV, readEnd, iovecs, nr);
    Batch.Result pause = calls.pause(batch);
    batch.tryCall("close", SyscallNumbers.CLOSE, writeEnd);
    batch.tryCall("close", SyscallNumbers.CLOSE, readEnd);

    HeldBatch held = calls.hold(batch, pause);
    boolean opened = false;
    try {
      require(batch.result(pipe));
      Fd[] ours = ours(pid, batch, ends);
      opened = true;
      return new PagePipe(calls, batch, iovecs, nrIovecs, move, held, ours[0], ours[1]);
    } finally {
      if (!opened) {
        held.close();
      }
    }
  }

  /** Both ends as descriptors of ours. */
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  private static Fd[] ours(int pid, Batch batch, Batch.Data ends) throws CkptException {
    try (Fd pidfd = Tasks.pidfdOpen(pid)) {
      Fd readEnd = Tasks.pidfdGetfd(pidfd, batch.getInt(ends, 0));
      try {
        return new Fd[] {readEnd, Tasks.pidfdGetfd(pidfd, batch.getInt(ends, Integer.BYTES))};
      } catch (CkptException e) {
        readEnd.close();
        throw e;
      }
    }
  }

  private static void require(long result) throws UnsupportedStateException {
    if (result < 0) {
      throw new UnsupportedStateException(
          List.of(
              new Refusal(
                  RefusalCode.NO_BACKEND,
                  "backend " + NAME,
                  "the task cannot make a pipe: " + Errno.describe((int) -result))));
    }
  }

  /** Says which the next ranges are, from 0 on. */
  void range(int index, long address, long lenBytes) {
    batch.putLong(iovecs, index * IOVEC_BYTES, address);
    batch.putLong(iovecs, index * IOVEC_BYTES + Long.BYTES, lenBytes);
  }

  /**
   * Has the task put the first of them into the pipe, which must be empty, or fill them from what
   * is in it.
   *
   * @param nr how many there are
   * @return how many bytes of them it moved: to where the pipe was full, or empty, or a page could
   *     not be read or written; minus an error number if that was the first
   */
  long move(int nr) throws CkptException {
    batch.putLong(nrIovecs, 0, nr);
    held.again(move);
    return batch.result(move);
  }

  /** Reads so many bytes, which are in it, to an address. */
  void take(long address, long lenBytes) throws SyscallException {
    for (long done = 0; done < lenBytes; ) {
      long n = readEnd.read(address + done, lenBytes - done);
      if (n == 0) {
        throw new SyscallException("", "read", "a pipe that is empty", Errno.EPIPE);
      }
      done += n;
    }
  }

  /** Puts bytes of ours into it, which must be empty; how many it has taken. */
  long give(long address, long lenBytes) throws SyscallException {
    long n = Files.vmsplice(writeEnd, address, lenBytes);
    if (n == 0) {
      throw new SyscallException("", "vmsplice", "a pipe that is not empty", Errno.EAGAIN);
    }
    return n;
  }

  @Override
  public void close() throws CkptException {
    readEnd.close();
    writeEnd.close();
    try (calls) {
      held.close();
    }
  }
}
