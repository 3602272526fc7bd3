package dev.ckpt.core.tracee;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.error.CkptException;

/**
 * A batch in whose pause the thread stands: for something of our own, or to make calls before the
 * pause again, with other arguments. When it is closed the thread makes the calls behind the pause,
 * and so it does when we die.
 *
 * <p>Threading: the tracer's thread.
 */
public final class HeldBatch implements AutoCloseable {
  private final RemoteSyscalls calls;
  private final Batch batch;
  private final int pause;
  private boolean held;

  private HeldBatch(RemoteSyscalls calls, Batch batch, int pause) {
    this.calls = calls;
    this.batch = batch;
    this.pause = pause;
  }

  static HeldBatch begin(RemoteSyscalls calls, Batch batch, Batch.Result at) throws CkptException {
    HeldBatch held = new HeldBatch(calls, batch, Batch.index(at));
    calls.enter(batch, 0);
    held.runToPause();
    return held;
  }

  private void runToPause() throws CkptException {
    held = calls.runToPause(batch, pause);
    if (!held) {
      throw new SyscallException("", "pause", "a batch that did not stop in between", Errno.EAGAIN);
    }
  }

  /** Makes the calls from one to the pause again, with what the data of the batch is now. */
  public void again(Batch.Result from) throws CkptException {
    calls.enter(batch, Batch.index(from));
    runToPause();
  }

  /** Has the thread make the rest of the calls; once. */
  @Override
  public void close() throws CkptException {
    if (held) {
      held = false;
      calls.runToEnd(batch);
    }
  }
}
