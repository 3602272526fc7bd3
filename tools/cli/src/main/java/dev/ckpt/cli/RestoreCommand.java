package dev.ckpt.cli;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.cli.text.JsonObject;
import dev.ckpt.cli.text.PhaseTable;
import dev.ckpt.cli.text.Units;
import dev.ckpt.rstr.FilesPolicy;
import dev.ckpt.rstr.Restart;
import dev.ckpt.rstr.RestartOptions;
import dev.ckpt.rstr.RestartedTask;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Brings a task back from an image. */
@Command(
    name = "restore",
    header = "Brings the process in an image back to life.",
    description =
        "It gets its old pid. Waits for it and ends with its exit code, unless --detach is given.",
    footer = {"", "Example:", "  ckpt restore build.ckpt --detach --pid-file build.pid"})
final class RestoreCommand extends CkptCommand {
  @Parameters(paramLabel = "IMAGE", description = "The image, or - for a pipe on standard input.")
  private Path image;

  @Option(
      names = "--detach",
      description = "Leave the process alone once it runs, in a session of its own.")
  private boolean detach;

  @Option(
      names = "--pid-file",
      paramLabel = "FILE",
      description = "Write the process id into FILE once the process runs.")
  private Path pidFile;

  @Option(
      names = "--files",
      paramLabel = "POLICY",
      defaultValue = PolicyConverter.NEWER_OK,
      converter = PolicyConverter.class,
      completionCandidates = PolicyNames.class,
      description = {
        "What to do about a file that was open for writing and has changed since:",
        "newer-ok goes on at the old offset and says so, strict refuses. Default: newer-ok."
      })
  private FilesPolicy files;

  @Option(
      names = "--trust-image",
      description = "Restore an image of another user's, or that others can write to.")
  private boolean trustImage;

  @Option(
      names = "--inherit-fd",
      paramLabel = "N=FILE",
      description = {
        "Open FILE in the place of what descriptor N led to; may be given several times.",
        "A file that is written is made, or goes on at its end."
      })
  private Map<Integer, Path> inheritFds = new LinkedHashMap<>();

  @Option(names = "--stdin", paramLabel = "FILE", description = "As --inherit-fd 0=FILE.")
  private Path stdin;

  @Option(names = "--stdout", paramLabel = "FILE", description = "As --inherit-fd 1=FILE.")
  private Path stdout;

  @Option(names = "--stderr", paramLabel = "FILE", description = "As --inherit-fd 2=FILE.")
  private Path stderr;

  RestoreCommand(Console console) {
    super(console);
  }

  @Override
  boolean stdoutTaken() {
    return !detach;
  }

  @Override
  int failedCode() {
    return detach ? ExitCode.FAILED : ExitCode.FOREGROUND_FAILED;
  }

  @Override
  int refusedCode() {
    return detach ? ExitCode.REFUSED : ExitCode.FOREGROUND_REFUSED;
  }

  @Override
  void checkArguments() {
    refuseTerminal(image);
    inherit(0, "--stdin", stdin);
    inherit(1, "--stdout", stdout);
    inherit(2, "--stderr", stderr);
  }

  private void inherit(int fd, String option, Path path) {
    if (path != null && inheritFds.putIfAbsent(fd, path) != null) {
      throw mistake(option + " and --inherit-fd " + fd + " cannot be given together");
    }
  }

  @Override
  int run(Report report) throws IOException {
    RestartedTask task;
    PidFile pid = PidFile.of(Optional.ofNullable(pidFile));
    try (ReadableByteChannel channel = open();
        ProgressBar bar = ProgressBar.start("restore", console())) {
      RestartOptions options =
          RestartOptions.of()
              .withDetach(detach)
              .withFiles(files)
              .withInheritFds(inheritFds)
              .withProgress(progressOn(bar));
      task = Restart.restore(options, channel);
      pid.write(task.pid()).ifPresent(report::note);
    }
    say(report, task);
    return detach ? ExitCode.DONE : task.awaitExit();
  }

  @MustBeClosed
  private ReadableByteChannel open() throws IOException {
    return trustImage ? Channels.open(image) : ImageTrust.open(image);
  }

  private static RestartOptions.PageProgress progressOn(ProgressBar bar) {
    return new RestartOptions.PageProgress() {
      @Override
      public void pages(long donePages) {
        bar.pages(donePages, 0);
      }

      @Override
      public void over() {
        bar.close();
      }
    };
  }

  private void say(Report report, RestartedTask task) {
    task.notes().forEach(report::note);
    String line =
        "pid "
            + task.pid()
            + " restored from "
            + Units.printable(isPipe(image) ? "the pipe" : image.toString())
            + ": "
            + Units.count(task.pages(), "page")
            + ", took "
            + Units.time(task.wallNanos());
    if (detach) {
      report.line(line);
    } else {
      // The terminal is the task's now.
      report.detail(line);
    }
    PhaseTable.lines(task.phases()).forEach(report::detail);
    report.result(
        new JsonObject()
            .put("pid", task.pid())
            .put("image", image.toString())
            .put("detached", detach)
            .putMillis("wallMillis", task.wallNanos())
            .put("pages", task.pages())
            .put("phases", PhaseTable.json(task.phases()))
            .put("notes", task.notes()));
  }

  /** The names that a policy has on the command line. */
  static final class PolicyNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of(PolicyConverter.STRICT, PolicyConverter.NEWER_OK).iterator();
    }
  }

  /** Reads a policy. */
  static final class PolicyConverter implements ITypeConverter<FilesPolicy> {
    static final String STRICT = "strict";
    static final String NEWER_OK = "newer-ok";

    @Override
    public FilesPolicy convert(String text) {
      return switch (text) {
        case STRICT -> FilesPolicy.STRICT;
        case NEWER_OK -> FilesPolicy.NEWER_OK;
        default ->
            throw new TypeConversionException(
                "'" + text + "' is no policy: give " + STRICT + " or " + NEWER_OK);
      };
    }
  }
}
