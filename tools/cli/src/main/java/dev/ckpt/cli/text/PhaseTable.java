package dev.ckpt.cli.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The phases of a dump or a restore, for people and for scripts. */
public final class PhaseTable {
  private static final int PERCENT = 100;

  private PhaseTable() {}

  /** One line for each phase, in their order, with its part of them all. */
  public static List<String> lines(Map<String, Long> phases) {
    long all = phases.values().stream().mapToLong(Long::longValue).sum();
    Table table = new Table("PHASE", ">TIME", ">PART");
    phases.forEach((phase, nanos) -> table.row(phase, Units.time(nanos), part(nanos, all)));
    List<String> lines = new ArrayList<>();
    table.lines().forEach(line -> lines.add("  " + line));
    return lines;
  }

  private static String part(long nanos, long all) {
    return all == 0 ? "-" : Math.round((double) PERCENT * nanos / all) + " %";
  }

  /** Each phase with its milliseconds. */
  public static JsonObject json(Map<String, Long> phases) {
    JsonObject object = new JsonObject();
    phases.forEach((phase, nanos) -> object.putMillis(phase + "Millis", nanos));
    return object;
  }
}
