package dev.ckpt.cli;

import dev.ckpt.cli.args.Completion;
import dev.ckpt.cli.args.Spec;
import dev.ckpt.cli.args.UsageException;
import dev.ckpt.cli.text.JsonObject;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Writes the script by which a shell completes arguments. */
final class CompletionCommand extends CkptCommand {

  private final Completion completion;

  static CommandSpec spec() {
    CommandSpec spec =
        Spec.command(
                "completion",
                "Writes the script by which a shell completes arguments.",
                "bin/install puts them where the shells look for them.")
            .addPositional(Spec.parameter("SHELL", false, "bash, zsh or fish. Default: bash."));
    return Spec.finish(spec, "source <(ckpt completion)", "ckpt completion fish | source");
  }

  CompletionCommand(Console console, ParseResult arguments) throws UsageException {
    super(console, arguments);
    completion = Completion.of(Spec.parameter(arguments).orElse("bash"));
  }

  @Override
  int run(Report report) {
    String script = completion.script(CommandTree.program());
    report.line(script);
    report.result(new JsonObject().put("script", script));
    return ExitCode.DONE;
  }
}
