package dev.ckpt.cli;

import dev.ckpt.cli.text.JsonObject;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Writes the completion script of bash. */
@Command(
    name = "completion",
    header = "Writes the script that completes arguments in bash.",
    footer = {"", "Example:", "  source <(ckpt completion)"})
final class CompletionCommand extends CkptCommand {
  private final Supplier<CommandLine> whole;

  CompletionCommand(Supplier<CommandLine> whole, Console console) {
    super(console);
    this.whole = whole;
  }

  @Override
  int run(Report report) {
    String script = AutoComplete.bash("ckpt", whole.get());
    report.line(script);
    report.result(new JsonObject().put("script", script));
    return ExitCode.DONE;
  }
}
