package dev.ckpt.core.tracee;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.error.CkptException;

/**
 * A thread of a task that will go on as it was.
 *
 * @param site where our code finds room
 * @param stopSignal one that the task ignores, or {@link StopSignal#NONE}
 * @param gate what its seccomp filters let in
 */
public record FrozenHost(Tracee tracee, CodeSite site, int stopSignal, SeccompGate gate)
    implements Host {
  /** Puts our code into it: {@link RemoteSyscalls#infect}. */
  @MustBeClosed
  @Override
  public RemoteSyscalls infect(RemoteMemory memory) throws CkptException {
    return RemoteSyscalls.infect(tracee, memory, site, stopSignal, gate);
  }
}
