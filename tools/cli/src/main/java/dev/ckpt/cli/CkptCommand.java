package dev.ckpt.cli;

import dev.ckpt.cli.args.Arguments;
import dev.ckpt.cli.args.Parameter;
import dev.ckpt.cli.args.Syntax;
import dev.ckpt.cli.args.UsageException;
import dev.ckpt.core.error.UnsupportedStateException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** What all commands share: the options for output, and how results become exit codes. */
abstract class CkptCommand {
  /** An image to read. */
  static final Parameter IMAGE =
      new Parameter("IMAGE", true, "The image, or - for a pipe on standard input.");

  private static final String PIPE = "-";

  private final Console console;
  private final int verbosity;
  private final Optional<String> json;

  CkptCommand(Console console, Arguments arguments) {
    this.console = console;
    this.verbosity = arguments.count(Syntax.VERBOSE);
    this.json = arguments.value(Syntax.JSON);
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

  /** Runs it and tells what came of it; returns the exit code. */
  final int call() {
    int code = failedCode();
    try (Report report = Report.open(console, json, stdoutTaken(), verbosity)) {
      code = runInto(report);
    } catch (IOException e) {
      // The report could not be begun, or a part of it was lost.
      failure(console, verbosity, e);
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

  /** The name of a file; an empty one, as of an unset variable, would be the folder. */
  static Path path(String what, String name) throws UsageException {
    if (name.isEmpty()) {
      throw new UsageException(what + " has no name");
    }
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new UsageException(what + " '" + name + "' is no name of a file: " + e.getReason());
    }
  }

  /** The image that is named by the first parameter; not a terminal, where no image comes from. */
  static Path imageToRead(Arguments arguments) throws UsageException {
    Path image = path("the image", arguments.parameter(0).orElseThrow());
    if (isPipe(image) && Console.stdinIsTty()) {
      throw new UsageException("standard input is a terminal, where no image comes from");
    }
    return image;
  }

  final Console console() {
    return console;
  }

  /** Whether an image argument stands for standard input or output. */
  static boolean isPipe(Path image) {
    return image.toString().equals(PIPE);
  }
}
