package dev.ckpt.rstr;

import dev.ckpt.core.tracee.TaskId;
import dev.ckpt.error.CorruptImageException;
import java.util.HashMap;
import java.util.Map;

/**
 * The numbers of the new task's threads, by those that the image has for them. By its own number a
 * thread is known to itself and in every system call that the task makes; for /proc, ptrace and
 * signals of ours there is the one by which we see it. Mostly all three are the same.
 */
public final class TaskIds {
  private final Map<Integer, TaskId> ids = new HashMap<>();

  TaskIds(int saved, TaskId leader) {
    add(saved, leader);
  }

  /** Takes note of a thread that was born. */
  void add(int saved, TaskId id) {
    ids.put(saved, id);
  }

  /**
   * By which number we see one of the threads.
   *
   * @throws CorruptImageException when the image has none of this number
   */
  public int ours(int saved) throws CorruptImageException {
    TaskId id = ids.get(saved);
    if (id == null) {
      throw new CorruptImageException(0, "tid " + saved, "one of the image's threads", "none");
    }
    return id.ours();
  }

  /** What a number of the image is to the task itself; that of another process is what it was. */
  public int own(int saved) {
    TaskId id = ids.get(saved);
    return id == null ? saved : id.own();
  }
}
