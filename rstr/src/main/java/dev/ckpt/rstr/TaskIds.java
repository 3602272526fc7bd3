package dev.ckpt.rstr;

import dev.ckpt.core.tracee.TaskId;
import dev.ckpt.error.CorruptImageException;
import java.util.HashMap;
import java.util.Map;

/**
 * The numbers of the new task's threads. The image has those by which they know themselves, and so
 * has every system call that the task makes; for /proc, ptrace and signals of ours there are those
 * by which we see them. In our own pid namespace they are the same.
 */
public final class TaskIds {
  private final Map<Integer, Integer> ours = new HashMap<>();

  TaskIds(TaskId leader) {
    add(leader);
  }

  /** Takes note of a thread that was born. */
  void add(TaskId id) {
    ours.put(id.own(), id.ours());
  }

  /**
   * By which number we see one of the threads.
   *
   * @throws CorruptImageException when there is none that knows itself by this one
   */
  public int ours(int tid) throws CorruptImageException {
    Integer number = ours.get(tid);
    if (number == null) {
      throw new CorruptImageException(0, "tid " + tid, "one of the image's threads", "none");
    }
    return number;
  }
}
