package dev.ckpt.cli;

import dev.ckpt.cli.args.Spec;
import dev.ckpt.cli.args.UsageException;
import dev.ckpt.cli.text.Layout;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** What all commands share: the options for output, and how results become exit codes. */
abstract class CkptCommand {
  private static final String PIPE = "-";

  /** What Java makes of bytes that are not UTF-8. */
  private static final char REPLACEMENT = '\ufffd';

  private final Console console;
  private final int verbosity;
  private final Optional<String> json;

  CkptCommand(Console console, ParseResult arguments) {
    this.console = console;
    this.verbosity = Spec.verbosity(arguments);
    this.json = Spec.value(arguments, Spec.JSON);
  }

  /** The parameter that is an image to read. */
  static PositionalParamSpec image() {
    return Spec.parameter("IMAGE", true, "The image, or - for a pipe on standard input.");
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
      boolean quiet = console.readerGone().getAsBoolean();
      if (!quiet) {
        failure(console, verbosity, e);
      }
      if (code != ExitCode.DONE || stdoutTaken()) {
        return code;
      }
      return quiet ? ExitCode.READER_GONE : failedCode();
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

  /** Writes out what standard output holds back; returns an exit code, another if it was lost. */
  static int finish(Console console, int code) {
    if (!console.out().checkError()) {
      return code;
    }
    if (console.readerGone().getAsBoolean()) {
      return ExitCode.READER_GONE;
    }
    failure(console, 0, new CkptException(FailureCode.OUTPUT_LOST, Report.LOST));
    return ExitCode.FAILED;
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
      Path path = Path.of(name);
      if (name.indexOf(REPLACEMENT) >= 0 && !Files.exists(path)) {
        throw new UsageException(
            what + " '" + name + "' is not named in UTF-8, which Java cannot open: use a pipe, -");
      }
      return path;
    } catch (InvalidPathException e) {
      throw new UsageException(what + " '" + name + "' is no name of a file: " + e.getReason());
    }
  }

  /** The image that is named by the first parameter; not a terminal, where no image comes from. */
  static Path imageToRead(ParseResult arguments) throws UsageException {
    return imageToRead(arguments, 0);
  }

  /** The same of the parameter at another place. */
  static Path imageToRead(ParseResult arguments, int place) throws UsageException {
    Path image = path("the image", Spec.parameter(arguments, place).orElseThrow());
    if (isPipe(image) && Console.stdinIsTty()) {
      throw new UsageException("standard input is a terminal, where no image comes from");
    }
    return image;
  }

  /** How much of long things to show: on a terminal what matters most. */
  static Layout layout(Report report) {
    if (!Console.stdoutShowsOnTerminal()) {
      return Layout.ofEverything();
    }
    Layout terminal = Layout.ofTerminal(System.getenv());
    return report.verbose() ? terminal.withAll() : terminal;
  }

  final Console console() {
    return console;
  }

  /** What people call an image. */
  static String nameOf(Path image) {
    return isPipe(image) ? "the pipe" : image.toString();
  }

  /** Whether an image argument stands for standard input or output. */
  static boolean isPipe(Path image) {
    return image.toString().equals(PIPE);
  }
}
