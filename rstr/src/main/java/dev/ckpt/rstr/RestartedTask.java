package dev.ckpt.rstr;

import dev.ckpt.core.backend.FaultServer;
import dev.ckpt.core.tracee.TaskId;
import dev.ckpt.error.CkptException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A task that was restored and runs. */
public final class RestartedTask {
  private final TaskId pid;
  private final long wallNanos;
  private final Map<String, Long> phases;
  private final long pages;
  private final Optional<FaultServer> server;
  private final List<String> notes;
  private final Foreground job;

  RestartedTask(
      TaskId pid,
      long wallNanos,
      Map<String, Long> phases,
      long pages,
      Optional<FaultServer> server,
      List<String> notes,
      Foreground job) {
    this.pid = pid;
    this.wallNanos = wallNanos;
    this.phases = phases;
    this.pages = pages;
    this.server = server;
    this.notes = List.copyOf(notes);
    this.job = job;
  }

  /** Its pid: the same as before, unless it is in a pid namespace of its own. */
  public int pid() {
    return pid.ours();
  }

  /** The pid by which it knows itself, the same as before. */
  public int ownPid() {
    return pid.own();
  }

  /** From the call to the moment it ran, nanoseconds. */
  public long wallNanos() {
    return wallNanos;
  }

  /**
   * How long each phase took, nanoseconds, in their order; docs/performance.md tells what they are.
   */
  public Map<String, Long> phases() {
    return phases;
  }

  /** Pages whose bytes came from the image before it ran. */
  public long pages() {
    return pages;
  }

  /** Who brings in the others, until it ends by itself; none if all were there. */
  public Optional<FaultServer> server() {
    return server;
  }

  /** What could not be had as it was, one line each. */
  public List<String> notes() {
    return notes;
  }

  /**
   * Waits for a task that was restored in the foreground, as a shell waits for a job: signals sent
   * to us go on to it, and it has our terminal while it runs.
   *
   * @return its exit status, or 128 and the signal that ended it
   */
  public int awaitExit() throws CkptException {
    return job.await();
  }
}
