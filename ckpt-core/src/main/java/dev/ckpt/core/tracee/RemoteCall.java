package dev.ckpt.core.tracee;

import java.util.List;

/**
 * A system call that a live target may be asked to make, known before it is made.
 *
 * @param name for a refusal's text
 * @param arguments the first ones, as far as they are always the same
 * @param undoes whether the target must get it done whatever becomes of us: it takes back what
 *     another call has changed
 */
public record RemoteCall(String name, int number, List<Long> arguments, boolean undoes) {
  /** A question: if we are dead, nobody reads the answer, and any will do. */
  public static RemoteCall question(String name, int number, long... arguments) {
    return new RemoteCall(name, number, boxed(arguments), false);
  }

  /** One that has to be done. */
  public static RemoteCall undoing(String name, int number, long... arguments) {
    return new RemoteCall(name, number, boxed(arguments), true);
  }

  private static List<Long> boxed(long... arguments) {
    return java.util.Arrays.stream(arguments).boxed().toList();
  }

  /** What a filter sees of it, as far as it is known. */
  SeccompData data() {
    SeccompData data = SeccompData.of(number);
    for (int i = 0; i < arguments.size(); i++) {
      data = data.with(i, arguments.get(i));
    }
    return data;
  }

  /** Whether a call that is about to be made is such a one. */
  boolean covers(int otherNumber, List<Long> otherArguments) {
    if (number != otherNumber) {
      return false;
    }
    for (int i = 0; i < arguments.size(); i++) {
      if (!arguments.get(i).equals(otherArguments.get(i))) {
        return false;
      }
    }
    return true;
  }
}
