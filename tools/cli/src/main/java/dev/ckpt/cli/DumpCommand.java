package dev.ckpt.cli;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.cli.text.JsonObject;
import dev.ckpt.cli.text.PhaseTable;
import dev.ckpt.cli.text.Units;
import dev.ckpt.core.backend.Backends;
import dev.ckpt.core.checkpoint.Checkpoint;
import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.checkpoint.CheckpointResult;
import dev.ckpt.core.checkpoint.EmbedRule;
import dev.ckpt.core.checkpoint.TcpPolicy;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Dumps one task into an image. */
@Command(
    name = "dump",
    header = "Writes a running process into an image; the process runs on.",
    footer = {"", "Example:", "  ckpt dump 812 -o build.ckpt"})
final class DumpCommand extends CkptCommand {
  private static final String NO_FILES = "none";

  private final Ending ending;

  @Parameters(paramLabel = "PID", converter = PidConverter.class, description = "The process.")
  private int pid;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "IMAGE",
      description = "The image to make, or - for a pipe on standard output.")
  private Path image;

  @Option(
      names = "--stop",
      description = "Let the process never run again: end it once the image is whole.")
  private boolean stop;

  @Option(names = "--force", description = "Replace a file that has the image's name.")
  private boolean force;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = Backends.AUTO,
      description = "How pages are read; ckpt check lists them. Default: one that works.")
  private String backend;

  @Option(names = "--no-sync", description = "Do not wait until the image is on the disk.")
  private boolean noSync;

  @Option(
      names = "--tcp-close",
      description = "Dump TCP connections as ones that were reset, instead of refusing them.")
  private boolean tcpClose;

  @Option(
      names = "--tcp-established",
      description =
          "Save TCP connections, so that they go on after the restore. With --stop only, as root.")
  private boolean tcpEstablished;

  @Option(
      names = "--ext-unix",
      description =
          "Dump unix connections to other processes as ones whose other end was closed, instead of"
              + " refusing them.")
  private boolean extUnix;

  @Option(
      names = "--embed-files",
      paramLabel = "GLOB",
      description = {
        "Save files of these names with their content, so that a restore can make them again when"
            + " they are gone. Always so: files under 1 MiB in /tmp, /var/tmp and /dev/shm; with"
            + " none, no file."
      })
  private List<String> embedFiles = List.of();

  @Option(
      names = "--freeze-timeout",
      paramLabel = "TIME",
      defaultValue = "5s",
      converter = DurationConverter.class,
      description = "Give up when the process does not stop: 500ms, 5s, 2m. Default: 5s.")
  private Duration freezeTimeout;

  DumpCommand(Console console, Ending ending) {
    super(console);
    this.ending = ending;
  }

  @Override
  boolean stdoutTaken() {
    return isPipe(image);
  }

  @Override
  void checkArguments() {
    refuseNameless(image);
    try {
      embedRule();
    } catch (PatternSyntaxException e) {
      throw mistake("--embed-files " + e.getPattern() + " is no pattern: " + e.getDescription());
    }
    if (tcpClose && tcpEstablished) {
      throw mistake("--tcp-close and --tcp-established exclude each other");
    }
    if (tcpEstablished && !stop) {
      throw mistake(
          "--tcp-established needs --stop: a connection that goes on is another one than its"
              + " image");
    }
    if (isPipe(image) && Console.stdoutIsTty()) {
      throw mistake("standard output is a terminal, which is no place for an image");
    }
  }

  @Override
  int run(Report report) throws IOException {
    Optional<FaultSwitch> fault = FaultSwitch.ofEnvironment();
    try {
      say(report, dump(fault));
    } finally {
      fault.ifPresent(found -> found.report(console().err()));
    }
    return ExitCode.DONE;
  }

  private CheckpointResult dump(Optional<FaultSwitch> fault) throws IOException {
    try (ProgressBar bar = ProgressBar.start("dump", console());
        ImageOutput output = open();
        RevocableOutput revocable = new RevocableOutput(output)) {
      ending.onSignal(revocable);
      CheckpointOptions options =
          CheckpointOptions.of(pid)
              .withStop(stop)
              .withBackend(backend)
              .withSync(!noSync)
              .withFreezeTimeout(freezeTimeout)
              .withTcp(tcpPolicy())
              .withExtUnix(extUnix)
              .withEmbed(embedRule())
              .withProgress(bar::pages);
      if (fault.isPresent()) {
        options = options.withHook(fault.get().hook());
      }
      return dump(options, revocable);
    }
  }

  private TcpPolicy tcpPolicy() {
    if (tcpEstablished) {
      return TcpPolicy.KEEP;
    }
    return tcpClose ? TcpPolicy.CLOSE : TcpPolicy.REFUSE;
  }

  private EmbedRule embedRule() {
    return embedFiles.equals(List.of(NO_FILES)) ? EmbedRule.NONE : new EmbedRule(true, embedFiles);
  }

  @MustBeClosed
  private ImageOutput open() throws IOException {
    return isPipe(image) ? Channels.stdout() : ImageFileOutput.create(image, force);
  }

  private static CheckpointResult dump(CheckpointOptions options, RevocableOutput output)
      throws IOException {
    try {
      return Checkpoint.dump(options, output);
    } catch (IOException | RuntimeException | LinkageError e) {
      // NB: once the JVM shuts down, the classes of some libraries cannot be initialised any more.
      if (!output.revoked()) {
        throw e;
      }
      throw new CkptException(
          Code.INTERRUPTED,
          "[pid " + options.pid() + "] the dump was interrupted: there is no image, the task runs",
          e);
    }
  }

  private void say(Report report, CheckpointResult result) {
    report.line(
        "pid "
            + result.pid()
            + (stop ? " ended" : " dumped")
            + " into "
            + Units.printable(isPipe(image) ? "the pipe" : image.toString())
            + ": "
            + Units.bytes(result.imageBytes())
            + ", "
            + Units.count(result.dataPages(), "page")
            + ", frozen "
            + Units.time(result.frozenNanos())
            + ", took "
            + Units.time(result.wallNanos()));
    report.detail(
        Units.count(result.nrThreads(), "thread")
            + ", "
            + Units.count(result.zeroPages(), "zero page")
            + ", backend "
            + result.backend());
    PhaseTable.lines(result.phases()).forEach(report::detail);
    report.result(
        new JsonObject()
            .put("pid", result.pid())
            .put("image", image.toString())
            .put("backend", result.backend())
            .put("stopped", stop)
            .put("threads", result.nrThreads())
            .putMillis("frozenMillis", result.frozenNanos())
            .putMillis("wallMillis", result.wallNanos())
            .put("pages", result.dataPages())
            .put("zeroPages", result.zeroPages())
            .put("imageBytes", result.imageBytes())
            .put("phases", PhaseTable.json(result.phases())));
  }
}
