package dev.ckpt.cli;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.cli.args.Arguments;
import dev.ckpt.cli.args.Option;
import dev.ckpt.cli.args.Syntax;
import dev.ckpt.cli.args.UsageException;
import dev.ckpt.cli.text.Durations;
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
import dev.ckpt.format.ImageKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.PatternSyntaxException;

/** Dumps one task into an image. */
final class DumpCommand extends CkptCommand {
  private static final Option OUTPUT =
      Option.value("--output", "IMAGE", "The image to make, or - for a pipe on standard output.")
          .withLetter("-o")
          .withUse(Option.Use.REQUIRED);
  private static final Option STOP =
      Option.flag("--stop", "Let the process never run again: end it once the image is whole.");
  private static final Option FORCE =
      Option.flag("--force", "Replace a file that has the image's name.");
  private static final Option NO_SYNC =
      Option.flag("--no-sync", "Do not wait until the image is on the disk.");
  private static final Option FREEZE_TIMEOUT =
      Option.value(
          "--freeze-timeout",
          "TIME",
          "Give up when the process does not stop: 500ms, 5s, 2m. Default: 5s.");
  private static final Option TCP_ESTABLISHED =
      Option.flag(
          "--tcp-established",
          "Save TCP connections, so that they go on after the restore. With --stop only, as root.");
  private static final Option TCP_CLOSE =
      Option.flag(
          "--tcp-close", "Dump TCP connections as ones that were reset, instead of refusing them.");
  private static final Option EXT_UNIX =
      Option.flag(
          "--ext-unix",
          "Dump unix connections to other processes as ones whose other end was closed, instead of"
              + " refusing them.");
  private static final Option EMBED_FILES =
      Option.value(
              "--embed-files",
              "GLOB",
              "Save files of these names with their content, so that a restore can make them again"
                  + " when they are gone. Always so: files under 1 MiB in /tmp, /var/tmp and"
                  + " /dev/shm; with none, no file.")
          .withUse(Option.Use.REPEATED);
  private static final Option ENCRYPT =
      Option.flag(
          "--encrypt",
          "Seal the image, with a passphrase that is asked for at the terminal or with --key-file."
              + " Without it nobody can read the image, nor change it unnoticed.");
  private static final Option KEY_FILE =
      Option.value(
          "--key-file",
          "FILE",
          "Seal the image with the content of FILE, at least 32 random bytes that are for their"
              + " owner only.");
  private static final Option BACKEND =
      Option.value(
          "--backend",
          "NAME",
          "How pages are read; ckpt check lists them. Default: one that works.");

  static final Syntax SYNTAX =
      Syntax.of("dump", "Writes a running process into an image; the process runs on.", "")
          .taking(Pids.parameter(true))
          .with(
              OUTPUT,
              STOP,
              FORCE,
              NO_SYNC,
              FREEZE_TIMEOUT,
              TCP_ESTABLISHED,
              TCP_CLOSE,
              EXT_UNIX,
              EMBED_FILES,
              ENCRYPT,
              KEY_FILE,
              BACKEND)
          .withExamples("ckpt dump 812 -o build.ckpt", "ckpt dump 812 -o build.ckpt --stop");

  private static final String NO_FILES = "none";
  private static final Duration FREEZE_PATIENCE = Duration.ofSeconds(5);

  private final Ending ending;
  private final int pid;
  private final Path image;
  private final boolean stop;
  private final boolean force;
  private final String backend;
  private final boolean sync;
  private final TcpPolicy tcp;
  private final boolean extUnix;
  private final EmbedRule embed;
  private final Duration freezeTimeout;
  private final boolean sealed;
  private final Optional<Path> keyFile;

  DumpCommand(Console console, Ending ending, Arguments arguments) throws UsageException {
    super(console, arguments);
    this.ending = ending;
    pid = Pids.parse(arguments.parameter(0).orElseThrow());
    image = imageToMake(arguments.value(OUTPUT).orElseThrow());
    stop = arguments.has(STOP);
    force = arguments.has(FORCE);
    backend = arguments.value(BACKEND).orElse(Backends.AUTO);
    sync = !arguments.has(NO_SYNC);
    tcp = tcpPolicy(arguments);
    extUnix = arguments.has(EXT_UNIX);
    embed = embedRule(arguments.values(EMBED_FILES));
    freezeTimeout = freezeTimeout(arguments.value(FREEZE_TIMEOUT));
    keyFile = ImageKeys.keyFile(arguments);
    sealed = arguments.has(ENCRYPT) || keyFile.isPresent();
    if (isPipe(image) && Console.stdoutIsTty()) {
      throw new UsageException("standard output is a terminal, which is no place for an image");
    }
  }

  private static Path imageToMake(String name) throws UsageException {
    Path image = path("the image", name);
    // NB: Java drops the slash, and would make a file where a folder was meant.
    if (name.endsWith("/") && !Files.isDirectory(image)) {
      throw new UsageException("'" + name + "' is a folder's name: name a file in it");
    }
    return image;
  }

  private static TcpPolicy tcpPolicy(Arguments arguments) throws UsageException {
    if (!arguments.has(TCP_ESTABLISHED)) {
      return arguments.has(TCP_CLOSE) ? TcpPolicy.CLOSE : TcpPolicy.REFUSE;
    }
    if (arguments.has(TCP_CLOSE)) {
      throw new UsageException("--tcp-close and --tcp-established exclude each other");
    }
    if (!arguments.has(STOP)) {
      throw new UsageException(
          "--tcp-established needs --stop: a connection that goes on is another one than its"
              + " image");
    }
    return TcpPolicy.KEEP;
  }

  private static EmbedRule embedRule(List<String> globs) throws UsageException {
    try {
      return globs.equals(List.of(NO_FILES)) ? EmbedRule.NONE : new EmbedRule(true, globs);
    } catch (PatternSyntaxException e) {
      throw new UsageException(
          "--embed-files " + e.getPattern() + " is no pattern: " + e.getDescription());
    }
  }

  private static Duration freezeTimeout(Optional<String> text) throws UsageException {
    try {
      return text.isPresent() ? Durations.parse(text.get()) : FREEZE_PATIENCE;
    } catch (IllegalArgumentException e) {
      throw new UsageException("--freeze-timeout: " + e.getMessage());
    }
  }

  @Override
  boolean stdoutTaken() {
    return isPipe(image);
  }

  @Override
  int run(Report report) throws IOException {
    Optional<FaultSwitch> fault = FaultSwitch.ofEnvironment(ending);
    try (ImageKeys keys = ImageKeys.of(keyFile, nameOf(image))) {
      say(report, dump(fault, sealed ? Optional.of(newKey(keys)) : Optional.empty()));
    } finally {
      fault.ifPresent(found -> found.report(console().err()));
    }
    return ExitCode.DONE;
  }

  /** The key is there before anything is done; an image that cannot be made needs none. */
  private ImageKey newKey(ImageKeys keys) throws IOException {
    if (!isPipe(image)) {
      try (ImageOutput trial = ImageFileOutput.create(image, force)) {
        // It can be made, and nothing of it is left when somebody is asked.
      }
    }
    return keys.newKey();
  }

  private CheckpointResult dump(Optional<FaultSwitch> fault, Optional<ImageKey> key)
      throws IOException {
    try (ProgressBar bar = ProgressBar.start("dump", console());
        ImageOutput output = open();
        RevocableOutput revocable = new RevocableOutput(output, interrupted())) {
      ending.onSignal(revocable);
      CheckpointOptions options =
          CheckpointOptions.of(pid)
              .withStop(stop)
              .withBackend(backend)
              .withSync(sync)
              .withFreezeTimeout(freezeTimeout)
              .withTcp(tcp)
              .withExtUnix(extUnix)
              .withEmbed(embed)
              .withProgress(bar::pages);
      if (fault.isPresent()) {
        options = options.withHook(fault.get().hook());
      }
      if (key.isPresent()) {
        options = options.withKey(key.get());
      }
      return dump(options, revocable);
    }
  }

  @MustBeClosed
  private ImageOutput open() throws IOException {
    return isPipe(image) ? Channels.stdout() : ImageFileOutput.create(image, force);
  }

  private CheckpointResult dump(CheckpointOptions options, RevocableOutput output)
      throws IOException {
    try {
      return Checkpoint.dump(options, output);
    } catch (IOException | RuntimeException | LinkageError e) {
      // NB: once the JVM shuts down, the classes of some libraries cannot be initialised any more.
      if (!output.revoked()) {
        throw e;
      }
      ending.claimLastWords();
      throw new CkptException(Code.INTERRUPTED, output.lastWords(), e);
    }
  }

  private String interrupted() {
    return "[pid " + pid + "] the dump was interrupted: there is no image, the task runs";
  }

  private void say(Report report, CheckpointResult result) {
    report.line(
        "pid "
            + result.pid()
            + (stop ? " ended" : " dumped")
            + " into "
            + Units.printable(nameOf(image))
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
