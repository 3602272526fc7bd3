package dev.ckpt.cli;

import dev.ckpt.core.tracee.KillSwitch;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Lets the survival tests send a signal at a chosen call or phase of a dump or restore, or count
 * the calls ({@link KillSwitch#parse}); nobody else sets it.
 *
 * @param hook what the dump or restore tells about its calls
 * @param counts whether the number of calls is asked for
 */
record FaultSwitch(KillSwitch hook, boolean counts) {
  private static final String PROPERTY = "ckpt.fault.kill";
  private static final String VARIABLE = "CKPT_FAULT_KILL";
  private static final String COUNT = "count";

  /** What the system property says, or else the environment. */
  static Optional<FaultSwitch> ofEnvironment(Ending ending) throws CkptException {
    String setting = System.getProperty(PROPERTY, System.getenv(VARIABLE));
    if (setting == null || setting.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new FaultSwitch(KillSwitch.parse(setting, ending::awaitSignal), setting.equals(COUNT)));
    } catch (IllegalArgumentException e) {
      throw new CkptException(FailureCode.FAULT_SWITCH, VARIABLE + ": " + e.getMessage(), e);
    }
  }

  /**
   * Says how many calls touched the target, and the phases with the calls made until their ends, if
   * that was asked for.
   */
  void report(PrintStream err) {
    if (counts) {
      err.println("touching calls: " + hook.calls());
      List<String> phases = new ArrayList<>();
      hook.phases().forEach((phase, calls) -> phases.add(phase + ":" + calls));
      err.println("phases: " + String.join(" ", phases));
    }
  }
}
