package dev.ckpt.core.tracee;

/**
 * The number of a process or thread: as we see it, and as it sees itself. They differ where it is
 * in another pid namespace than we are.
 *
 * <p>Source: pid_namespaces(7); {@code NSpid} in proc_pid_status(5) tells both.
 *
 * @param ours by which we trace it, send it signals and find it in our /proc
 * @param own what getpid(2) or gettid(2) tells it
 */
public record TaskId(int ours, int own) {
  /** Of a task in our own namespace. */
  public static TaskId same(int number) {
    return new TaskId(number, number);
  }
}
