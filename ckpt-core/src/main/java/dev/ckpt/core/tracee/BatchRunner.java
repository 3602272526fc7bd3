package dev.ckpt.core.tracee;

import dev.ckpt.error.CkptException;

/**
 * A long sequence of system calls, cut into batches where one is full.
 *
 * <p>Calls that belong together (one refers to another's result or data) are announced by {@link
 * #room}, which keeps them in one batch.
 */
public final class BatchRunner {
  private final RemoteSyscalls calls;
  private Batch batch;

  /** Runs its batches through these. */
  public BatchRunner(RemoteSyscalls calls) {
    this.calls = calls;
    this.batch = calls.batch();
  }

  /** A batch that takes at least so many more calls and so much more data. */
  public Batch room(int nrCalls, int dataBytes) throws CkptException {
    if (!batch.hasRoom(nrCalls, dataBytes)) {
      flush();
    }
    return batch;
  }

  /** Adds one call that stands on its own and may not fail. */
  public void call(String name, int number, Object... arguments) throws CkptException {
    room(1, 0).call(name, number, arguments);
  }

  /** The number, as we see it, of the last process or thread that these calls have made. */
  public int lastChild() {
    return calls.lastChild();
  }

  /** Makes the calls that were added; returns their batch, to read results from. */
  public Batch flush() throws CkptException {
    Batch done = batch;
    calls.run(done);
    batch = calls.batch();
    return done;
  }
}
