package dev.ckpt.cli;

import dev.ckpt.cli.args.Spec;
import dev.ckpt.cli.args.UsageException;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Process ids as they are typed. */
final class Pids {
  private Pids() {}

  /** The parameter that is one. */
  static PositionalParamSpec parameter(boolean required) {
    return Spec.parameter("PID", required, "The process.");
  }

  /** Reads one. */
  static int parse(String text) throws UsageException {
    try {
      int pid = Integer.parseInt(text);
      // NB: kill(2) takes 0 and less for groups of processes.
      if (pid > 0 && text.charAt(0) != '+') {
        return pid;
      }
    } catch (NumberFormatException e) {
      throw mistake(text);
    }
    throw mistake(text);
  }

  private static UsageException mistake(String text) {
    return new UsageException("'" + text + "' is not a process id");
  }
}
