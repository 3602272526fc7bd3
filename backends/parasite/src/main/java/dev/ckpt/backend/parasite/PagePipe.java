package dev.ckpt.backend.parasite;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.backend.Target;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
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
 * A pipe that a thread of the task has made, and stands ready to put pages of its own into.
 *
 * <p>It is made, used and closed in one batch of calls, in whose pause the thread stands: so if we
 * die, the thread closes it, with what is in it. The task has both ends, and never waits for room:
 * then nothing that becomes of us can send it SIGPIPE, or keep it waiting.
 *
 * <p>The pages in the pipe are the task's own, not copies (vmsplice(2)). So all of them have to be
 * read before it runs again.
 *
 * <p>Threading: the tracer's thread.
 */
final class PagePipe implements AutoCloseable {
  /** The most ranges that are put by one call. */
  static final int MAX_RANGES = 256;

  /** All that the task is asked to do for it. */
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
  private final Batch.Result vmsplice;
  private final HeldBatch held;
  private final Fd readEnd;

  private PagePipe(
      RemoteSyscalls calls,
      Batch batch,
      Batch.Data iovecs,
      Batch.Data nrIovecs,
      Batch.Result vmsplice,
      HeldBatch held,
      Fd readEnd) {
    this.calls = calls;
    this.batch = batch;
    this.iovecs = iovecs;
    this.nrIovecs = nrIovecs;
    this.vmsplice = vmsplice;
    this.held = held;
    this.readEnd = readEnd;
  }

  /**
   * Has the task make one.
   *
   * @throws UnsupportedStateException when it cannot, for lack of descriptors
   */
  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  static PagePipe open(Target target) throws CkptException {
    RemoteSyscalls calls = target.host().orElseThrow().infect(target.memory());
    boolean opened = false;
    try {
      PagePipe pipe = open(target.pid(), calls);
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
  private static PagePipe open(int pid, RemoteSyscalls calls) throws CkptException {
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
    Batch.Result vmsplice =
        batch.tryCall(
            "vmsplice",
            SyscallNumbers.VMSPLICE,
            writeEnd,
            iovecs,
            nrIovecs.word(0),
            SPLICE_F_NONBLOCK);
    Batch.Result pause = calls.pause(batch);
    batch.tryCall("close", SyscallNumbers.CLOSE, writeEnd);
    batch.tryCall("close", SyscallNumbers.CLOSE, readEnd);

    HeldBatch held = calls.hold(batch, pause);
    boolean opened = false;
    try {
      require(batch.result(pipe));
      try (Fd pidfd = Tasks.pidfdOpen(pid)) {
        Fd ours = Tasks.pidfdGetfd(pidfd, batch.getInt(ends, 0));
        opened = true;
        return new PagePipe(calls, batch, iovecs, nrIovecs, vmsplice, held, ours);
      }
    } finally {
      if (!opened) {
        held.close();
      }
    }
  }

  private static void require(long result) throws UnsupportedStateException {
    if (result < 0) {
      throw new UnsupportedStateException(
          List.of(
              new Refusal(
                  RefusalCode.NO_BACKEND,
                  "backend " + ParasiteReader.NAME,
                  "the task cannot make a pipe: " + Errno.describe((int) -result))));
    }
  }

  /** Says which the next ranges are, from 0 on. */
  void range(int index, long address, long lenBytes) {
    batch.putLong(iovecs, index * IOVEC_BYTES, address);
    batch.putLong(iovecs, index * IOVEC_BYTES + Long.BYTES, lenBytes);
  }

  /**
   * Has the task put the first of them into the pipe, which must be empty.
   *
   * @param nr how many there are
   * @return how many bytes of them it put: to where the pipe was full, or a page could not be read;
   *     minus an error number if that was the first
   */
  long put(int nr) throws CkptException {
    batch.putLong(nrIovecs, 0, nr);
    held.again(vmsplice);
    return batch.result(vmsplice);
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

  @Override
  public void close() throws CkptException {
    readEnd.close();
    try (calls) {
      held.close();
    }
  }
}
