package dev.ckpt.core.tracee;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.error.CkptException;

/** A thread of a stopped task that can be made to make calls for us. */
@FunctionalInterface
public interface Host {
  /** Has our code in it, until that is closed. */
  @MustBeClosed
  RemoteSyscalls infect(RemoteMemory memory) throws CkptException;
}
