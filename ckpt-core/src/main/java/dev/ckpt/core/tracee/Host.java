package dev.ckpt.core.tracee;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.error.CkptException;

/**
 * A thread of a stopped task that can be made to make calls for us.
 *
 * @param site where our code finds room
 * @param stopSignal one that the task ignores, or {@link StopSignal#NONE}
 * @param gate what its seccomp filters let in
 */
public record Host(Tracee tracee, CodeSite site, int stopSignal, SeccompGate gate) {
  /** Puts our code into it, until that is closed: {@link RemoteSyscalls#infect}. */
  @MustBeClosed
  public RemoteSyscalls infect(RemoteMemory memory) throws CkptException {
    return RemoteSyscalls.infect(tracee, memory, site, stopSignal, gate);
  }
}
