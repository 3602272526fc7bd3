package dev.ckpt.core.backend;

import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.tracee.Host;
import java.util.Optional;

/**
 * The task that a backend works on.
 *
 * @param pid the process
 * @param memory its memory; owned by the caller, who closes it after the backend
 * @param host a thread of it that makes calls for us; none of a task that runs, or for whom none is
 *     needed
 */
public record Target(int pid, RemoteMemory memory, Optional<Host> host) {
  /** One whose threads make no calls for us. */
  public Target(int pid, RemoteMemory memory) {
    this(pid, memory, Optional.empty());
  }
}
