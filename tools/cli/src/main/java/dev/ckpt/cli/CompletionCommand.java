package dev.ckpt.cli;

import dev.ckpt.cli.args.Arguments;
import dev.ckpt.cli.args.Completion;
import dev.ckpt.cli.args.Parameter;
import dev.ckpt.cli.args.Syntax;
import dev.ckpt.cli.args.UsageException;
import dev.ckpt.cli.text.JsonObject;

/** Writes the script by which a shell completes arguments. */
final class CompletionCommand extends CkptCommand {
  static final Syntax SYNTAX =
      Syntax.of(
              "completion",
              "Writes the script by which a shell completes arguments.",
              "bin/install puts them where the shells look for them.")
          .taking(new Parameter("SHELL", false, "bash, zsh or fish. Default: bash."))
          .with()
          .withExamples("source <(ckpt completion)", "ckpt completion fish | source");

  private final Completion completion;

  CompletionCommand(Console console, Arguments arguments) throws UsageException {
    super(console, arguments);
    completion = Completion.of(arguments.parameter(0).orElse("bash"));
  }

  @Override
  int run(Report report) {
    String script = completion.script(CommandTree.program());
    report.line(script);
    report.result(new JsonObject().put("script", script));
    return ExitCode.DONE;
  }
}
