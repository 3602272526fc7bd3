package dev.ckpt.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command itself, which does nothing without a subcommand. */
@Command(
    name = "ckpt",
    synopsisSubcommandLabel = "COMMAND",
    description = "Freezes a running task into one image, and brings it back to life.",
    footer = {
      "",
      "IMAGE - stands for a pipe: standard output of dump, standard input of the others.",
      "",
      "Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 refused and nothing was changed.",
      "A restore in the foreground ends with the task's own code (128 and the signal that",
      "ended it), and with 125 or 126 when it failed or was refused.",
      "",
      "Example:",
      "  ckpt dump 812 -o build.ckpt --stop && ckpt restore build.ckpt"
    })
final class RootCommand {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this and end; ckpt help COMMAND shows a command's.")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version and end.")
  private boolean version;
}
