package dev.ckpt.core.tracee;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Seccomp.Action;
import dev.ckpt.error.RefusalCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Lets only those calls into a live thread that its seccomp filters would let pass, or answer
 * without harm.
 *
 * <p>While we live, its filters are suspended, and every call is made. If we are killed in the
 * middle of a batch, the suspension ends with us, and the rest of the batch and the way home run
 * under the filters. So what they say must be known before the first instruction of ours: all calls
 * are announced, with as much of their arguments as is always the same, and judged by the worst
 * answer to any such call. A filter may answer a question as it likes, but must not harm the thread
 * for it. What takes something back it must let pass.
 */
public final class SeccompGate {
  /** For a thread without filters; any call is good. */
  public static final SeccompGate OPEN = new SeccompGate(false, List.of(), List.of());

  private static final Set<Action> PASSES = EnumSet.of(Action.ALLOW, Action.LOG);

  /** NB: without a tracer that asked for it, TRACE makes the call fail with ENOSYS. */
  private static final Set<Action> HARMLESS =
      EnumSet.of(Action.ALLOW, Action.LOG, Action.ERRNO, Action.TRACE);

  /** What the user can do about a filter that does harm. */
  public static final String REMEDY = "have the filter allow them, or answer them with an error";

  private final boolean filtered;
  private final List<RemoteCall> announced;
  private final List<String> obstacles;

  private SeccompGate(boolean filtered, List<RemoteCall> announced, List<String> obstacles) {
    this.filtered = filtered;
    this.announced = List.copyOf(announced);
    this.obstacles = List.copyOf(obstacles);
  }

  /**
   * That of one thread.
   *
   * @param announced all that it may be asked to make; any other call is a mistake of ours
   */
  public static SeccompGate of(
      Collection<SeccompProgram> filters, Collection<RemoteCall> announced) {
    List<RemoteCall> all = new ArrayList<>(RemoteSyscalls.LOOP_CALLS);
    all.addAll(announced);
    List<String> obstacles = new ArrayList<>();
    for (RemoteCall call : filters.isEmpty() ? List.<RemoteCall>of() : all) {
      Set<Action> bad = answers(filters, call.data());
      bad.removeAll(call.undoes() ? PASSES : HARMLESS);
      if (!bad.isEmpty()) {
        obstacles.add(call.name() + " (" + bad.iterator().next() + ")");
      }
    }
    return new SeccompGate(!filters.isEmpty(), all, obstacles);
  }

  private static Set<Action> answers(Collection<SeccompProgram> filters, SeccompData call) {
    Set<Action> answers = EnumSet.noneOf(Action.class);
    filters.forEach(filter -> answers.addAll(filter.answers(call)));
    return answers;
  }

  /** Whether filters let a call pass, whatever its arguments are. */
  static boolean pass(Collection<SeccompProgram> filters, int number) {
    return PASSES.containsAll(answers(filters, SeccompData.of(number)));
  }

  /** Whether the thread has filters. */
  boolean isFiltered() {
    return filtered;
  }

  /** What of the announced calls would do harm, with the worst answer to each. */
  public List<String> obstacles() {
    return obstacles;
  }

  /** Stops calls into a thread that they would harm. */
  void require(Tracee tracee) throws UnsupportedStateException {
    if (!obstacles.isEmpty()) {
      throw new UnsupportedStateException(
          List.of(new Refusal(RefusalCode.SECCOMP, tracee + " " + reason(), REMEDY)));
    }
  }

  /**
   * Stops a call that was not announced.
   *
   * @param arguments null for one that the call itself reads from our area
   */
  void admit(String name, int number, List<Long> arguments) {
    if (this != OPEN && announced.stream().noneMatch(call -> call.covers(number, arguments))) {
      throw new IllegalStateException(name + arguments + " was not announced");
    }
  }

  /** What it means that the thread cannot be asked. */
  public String reason() {
    return "has a seccomp filter that would harm it, if ckpt were killed, for calls that it has to"
        + " make for us: "
        + String.join(", ", obstacles);
  }
}
