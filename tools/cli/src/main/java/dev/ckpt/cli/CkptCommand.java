package dev.ckpt.cli;

import dev.ckpt.core.error.UnsupportedStateException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all subcommands share: the options for output, and how results become exit codes. */
abstract class CkptCommand implements Callable<Integer> {
  private static final String PIPE = "-";

  private final Console console;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this and end.")
  private boolean help;

  @Option(
      names = {"-v", "--verbose"},
      description = "Show more; -vv adds stack traces to errors.")
  private boolean[] verbosity = {};

  @Option(
      names = JsonArgument.NAME,
      arity = "0..1",
      paramLabel = "FILE",
      description = "Write the result as one JSON object, to FILE or instead of the text.")
  private String json;

  CkptCommand(Console console) {
    this.console = console;
  }

  /** Does the work; returns the exit code. */
  abstract int run(Report report) throws IOException;

  /** Whether standard output belongs to an image or a task. */
  boolean stdoutTaken() {
    return false;
  }

  int failedCode() {
    return ExitCode.FAILED;
  }

  int refusedCode() {
    return ExitCode.REFUSED;
  }

  @Override
  public final Integer call() {
    checkArguments();
    int code = failedCode();
    try (Report report =
        Report.open(console, Optional.ofNullable(json), stdoutTaken(), verbosity.length)) {
      code = runInto(report);
    } catch (IOException e) {
      // The report could not be begun, or a part of it was lost.
      failure(console, verbosity.length, e);
      return code == ExitCode.DONE && !stdoutTaken() ? failedCode() : code;
    }
    return code;
  }

  private int runInto(Report report) {
    try {
      return run(report);
    } catch (UnsupportedStateException e) {
      report.failure(e);
      return refusedCode();
    } catch (UncheckedIOException e) {
      report.failure(e.getCause());
      return failedCode();
    } catch (IOException | RuntimeException | LinkageError e) {
      report.failure(e);
      return failedCode();
    }
  }

  /** Reports an error where there is nothing but a terminal. */
  static void failure(Console console, int verbosity, IOException error) {
    try (Report report = Report.open(console, Optional.empty(), true, verbosity)) {
      report.failure(error);
    } catch (IOException e) {
      // Not even standard error takes it: the exit code is all that is left.
      console.err().flush();
    }
  }

  /** Finds mistakes that only all arguments together show; throws {@link #mistake}. */
  void checkArguments() {}

  /** An error in the arguments. */
  final ParameterException mistake(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** Refuses to read an image from a terminal. */
  final void refuseTerminal(Path image) {
    refuseNameless(image);
    if (isPipe(image) && Console.stdinIsTty()) {
      throw mistake("standard input is a terminal, where no image comes from");
    }
  }

  /** Refuses an image without a name. */
  final void refuseNameless(Path image) {
    if (image.toString().isEmpty()) {
      throw mistake("the image has no name");
    }
  }

  final Console console() {
    return console;
  }

  /** Whether an image argument stands for standard input or output. */
  static boolean isPipe(Path image) {
    return image.toString().equals(PIPE);
  }
}
