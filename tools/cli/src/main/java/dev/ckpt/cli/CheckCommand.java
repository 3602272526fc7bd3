package dev.ckpt.cli;

import dev.ckpt.cli.args.Spec;
import dev.ckpt.cli.args.UsageException;
import dev.ckpt.cli.text.JsonObject;
import dev.ckpt.cli.text.Table;
import dev.ckpt.cli.text.Units;
import dev.ckpt.core.checkpoint.Checkpoint;
import dev.ckpt.core.error.Refusal;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Tells what can be done here, or with one task, and why not. */
final class CheckCommand extends CkptCommand {

  private final OptionalInt pid;

  static CommandSpec spec() {
    CommandSpec spec =
        Spec.command(
                "check",
                "Tells what can be done here, or with one process, and why not.",
                "What this kernel and these rights allow; with PID what stands in the way of"
                    + " dumping that process, as far as it can be seen without stopping it. Touches"
                    + " nothing. Ends with 3 when something stands in the way.")
            .addPositional(Pids.parameter(false));
    return Spec.finish(spec, "ckpt check", "ckpt check 812");
  }

  CheckCommand(Console console, ParseResult arguments) throws UsageException {
    super(console, arguments);
    Optional<String> number = Spec.parameter(arguments);
    pid = number.isPresent() ? OptionalInt.of(Pids.parse(number.get())) : OptionalInt.empty();
  }

  @Override
  int run(Report report) throws IOException {
    return pid.isEmpty() ? checkMachine(report) : checkTask(report, pid.getAsInt());
  }

  private static int checkMachine(Report report) throws IOException {
    List<Ability> abilities = Machine.ask();
    Table table = new Table("WHAT", "WORKS", "WHY");
    for (Ability ability : abilities) {
      table.row(ability.name(), ability.works() ? "yes" : "no", ability.detail());
    }
    boolean dump = abilities.stream().allMatch(a -> a.works() || !a.need().forDump());
    boolean restore = abilities.stream().allMatch(a -> a.works() || !a.need().forRestore());
    table.lines().forEach(report::line);
    report.line("");
    report.line("dump: " + verdict(dump) + ", restore: " + verdict(restore));
    report.result(
        new JsonObject()
            .put("dump", dump)
            .put("restore", restore)
            .put("abilities", abilities.stream().map(Ability::json).toList()));
    return dump && restore ? ExitCode.DONE : ExitCode.REFUSED;
  }

  private static String verdict(boolean works) {
    return works ? "yes" : "no";
  }

  private static int checkTask(Report report, int pid) throws IOException {
    List<Refusal> obstacles = Checkpoint.obstacles(pid);
    for (Refusal obstacle : obstacles) {
      report.line(Units.printable(obstacle.toString()));
    }
    if (obstacles.isEmpty()) {
      report.line("[pid " + pid + "] nothing is seen that would stand in the way of a dump");
    }
    report.result(
        new JsonObject()
            .put("pid", pid)
            .put("dump", obstacles.isEmpty())
            .put("refusals", obstacles.stream().map(Report::json).toList()));
    return obstacles.isEmpty() ? ExitCode.DONE : ExitCode.REFUSED;
  }
}
