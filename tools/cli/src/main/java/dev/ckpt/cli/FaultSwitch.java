package dev.ckpt.cli;

import dev.ckpt.core.tracee.KillSwitch;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import java.io.PrintStream;
import java.util.Optional;

/**
 * Lets the survival tests kill a dump at a chosen call, or count the calls; nobody else sets it.
 *
 * @param hook what the dump tells about its calls
 * @param counts whether the number of calls is asked for
 */
record FaultSwitch(KillSwitch hook, boolean counts) {
  private static final String PROPERTY = "ckpt.fault.kill";
  private static final String VARIABLE = "CKPT_FAULT_KILL";
  private static final String COUNT = "count";

  /** What the system property says, or else the environment. */
  static Optional<FaultSwitch> ofEnvironment() throws CkptException {
    String setting = System.getProperty(PROPERTY, System.getenv(VARIABLE));
    if (setting == null || setting.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new FaultSwitch(KillSwitch.parse(setting), setting.equals(COUNT)));
    } catch (IllegalArgumentException e) {
      throw new CkptException(Code.FAULT_SWITCH, VARIABLE + ": " + e.getMessage(), e);
    }
  }

  /** Says how many calls touched the target, if that was asked for. */
  void report(PrintStream err) {
    if (counts) {
      err.println("touching calls: " + hook.calls());
    }
  }
}
