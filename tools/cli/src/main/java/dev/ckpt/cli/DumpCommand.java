package dev.ckpt.cli;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.cli.args.Spec;
import dev.ckpt.cli.args.UsageException;
import dev.ckpt.cli.text.Durations;
import dev.ckpt.cli.text.JsonObject;
import dev.ckpt.cli.text.PhaseTable;
import dev.ckpt.cli.text.Rates;
import dev.ckpt.cli.text.Units;
import dev.ckpt.core.backend.Backends;
import dev.ckpt.core.checkpoint.Checkpoint;
import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.checkpoint.CheckpointResult;
import dev.ckpt.core.checkpoint.EmbedRule;
import dev.ckpt.core.checkpoint.TcpPolicy;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.core.thread.Pace;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.ImageKey;
import dev.ckpt.format.SealSecret;
import dev.ckpt.format.record.PageCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Dumps one task into an image. */
final class DumpCommand extends CkptCommand {
  private static final String OUTPUT = "--output";
  private static final String STOP = "--stop";
  private static final String FORCE = "--force";
  private static final String NO_SYNC = "--no-sync";
  private static final String FREEZE_TIMEOUT = "--freeze-timeout";
  private static final String TCP_ESTABLISHED = "--tcp-established";
  private static final String TCP_CLOSE = "--tcp-close";
  private static final String EXT_UNIX = "--ext-unix";
  private static final String EMBED_FILES = "--embed-files";
  private static final String ENCRYPT = "--encrypt";
  private static final String KEY_FILE = "--key-file";
  private static final String BACKEND = "--backend";
  private static final String PRE_DUMP = "--pre-dump";
  private static final String MAX_RATE = "--max-rate";
  private static final String PARENT = "--parent";

  private static final String NO_FILES = "none";
  private static final Duration FREEZE_PATIENCE = Duration.ofSeconds(5);

  private final Ending ending;
  private final int pid;
  private final Path image;
  private final boolean stop;
  private final boolean preDump;
  private final Pace pace;
  private final Optional<Path> parent;
  private final boolean force;
  private final String backend;
  private final boolean sync;
  private final TcpPolicy tcp;
  private final boolean extUnix;
  private final EmbedRule embed;
  private final Duration freezeTimeout;
  private final boolean sealed;
  private final Optional<Path> keyFile;
  private final Optional<PageCodec> codec;

  static CommandSpec spec() {
    CommandSpec spec =
        Spec.command("dump", "Writes a running process into an image; the process runs on.", "")
            .addPositional(Pids.parameter(true))
            .addOption(
                Spec.required(
                    "IMAGE",
                    "The image to make, or - for a pipe on standard output.",
                    "-o",
                    OUTPUT))
            .addOption(
                Spec.flag("Let the process never run again: end it once the image is whole.", STOP))
            .addOption(Spec.flag("Replace a file that has the image's name.", FORCE))
            .addOption(Spec.flag("Do not wait until the image is on the disk.", NO_SYNC))
            .addOption(
                Spec.value(
                    "TIME",
                    "Give up when the process does not stop: 500ms, 5s, 2m. Default: 5s.",
                    FREEZE_TIMEOUT))
            .addOption(
                Spec.flag(
                    "Save TCP connections, so that they go on after the restore. With --stop only,"
                        + " as root.",
                    TCP_ESTABLISHED))
            .addOption(
                Spec.flag(
                    "Dump TCP connections as ones that were reset, instead of refusing them.",
                    TCP_CLOSE))
            .addOption(
                Spec.flag(
                    "Dump unix connections to other processes as ones whose other end was closed,"
                        + " instead of refusing them.",
                    EXT_UNIX))
            .addOption(
                Spec.repeated(
                    "GLOB",
                    "Save files of these names with their content, so that a restore can make them"
                        + " again when they are gone. Always so: files under 1 MiB in /tmp,"
                        + " /var/tmp and /dev/shm; with none, no file.",
                    EMBED_FILES))
            .addOption(
                Spec.flag(
                    "Seal the image, with a passphrase that is asked for at the terminal or with"
                        + " --key-file. Without it nobody can read the image, nor change it"
                        + " unnoticed.",
                    ENCRYPT))
            .addOption(
                Spec.value(
                    "FILE",
                    "Seal the image with the content of FILE, at least 32 random bytes that are for"
                        + " their owner only.",
                    KEY_FILE))
            .addOption(
                Spec.value(
                    "NAME",
                    "How pages are read; ckpt check lists them. Default: the fastest that works.",
                    BACKEND));
    return Spec.finish(
        withParts(spec), "ckpt dump 812 -o build.ckpt", "ckpt dump 812 -o build.ckpt --stop");
  }

  /** How an image is made in two parts. */
  private static CommandSpec withParts(CommandSpec spec) {
    return spec.addOption(
            Spec.flag(
                "Copy the memory while the process runs, and freeze it only for what it writes"
                    + " meanwhile. Takes Linux 6.7, and twice the room on the disk while it"
                    + " lasts.",
                PRE_DUMP))
        .addOption(
            Spec.value(
                "RATE",
                "With --pre-dump: copy no faster than that, in bytes a second: 200M, 1G.",
                MAX_RATE))
        .addOption(
            Spec.value(
                "IMAGE",
                "Leave out the pages that this image of the same process has as they are: the"
                    + " new one builds on it. They are compared when the process runs again."
                    + " Takes twice the room on the disk while it lasts.",
                PARENT))
        .addOption(
            CompressedOutput.option(
                "Compress the memory in the image, when the process runs again. Takes the room"
                    + " of a plain image on the disk while it lasts. It is compressed"));
  }

  DumpCommand(Console console, Ending ending, ParseResult arguments) throws UsageException {
    super(console, arguments);
    this.ending = ending;
    pid = Pids.parse(Spec.parameter(arguments).orElseThrow());
    image = imageToMake(Spec.value(arguments, OUTPUT).orElseThrow());
    stop = arguments.hasMatchedOption(STOP);
    preDump = arguments.hasMatchedOption(PRE_DUMP);
    pace = pace(Spec.value(arguments, MAX_RATE));
    Optional<String> upon = Spec.value(arguments, PARENT);
    parent = upon.isPresent() ? Optional.of(path("the parent", upon.get())) : Optional.empty();
    force = arguments.hasMatchedOption(FORCE);
    backend = Spec.value(arguments, BACKEND).orElse(Backends.AUTO);
    sync = !arguments.hasMatchedOption(NO_SYNC);
    tcp = tcpPolicy(arguments);
    extUnix = arguments.hasMatchedOption(EXT_UNIX);
    embed = embedRule(Spec.values(arguments, EMBED_FILES));
    freezeTimeout = freezeTimeout(Spec.value(arguments, FREEZE_TIMEOUT));
    keyFile = ImageKeys.keyFile(arguments);
    codec = CompressedOutput.codec(arguments);
    sealed = arguments.hasMatchedOption(ENCRYPT) || keyFile.isPresent();
    if (!preDump && arguments.hasMatchedOption(MAX_RATE)) {
      throw new UsageException("--max-rate is for --pre-dump: a frozen process must not wait");
    }
    if (preDump && stop) {
      throw new UsageException(
          "--pre-dump and --stop exclude each other: a process that never runs again need not be"
              + " frozen briefly");
    }
    if ((preDump || parent.isPresent() || codec.isPresent()) && isPipe(image)) {
      throw new UsageException("--pre-dump, --parent and --compress take a file: give -o FILE");
    }
    if (preDump && parent.isPresent()) {
      throw new UsageException("--pre-dump and --parent exclude each other in this version");
    }
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

  private static TcpPolicy tcpPolicy(ParseResult arguments) throws UsageException {
    if (!arguments.hasMatchedOption(TCP_ESTABLISHED)) {
      return arguments.hasMatchedOption(TCP_CLOSE) ? TcpPolicy.CLOSE : TcpPolicy.REFUSE;
    }
    if (arguments.hasMatchedOption(TCP_CLOSE)) {
      throw new UsageException("--tcp-close and --tcp-established exclude each other");
    }
    if (!arguments.hasMatchedOption(STOP)) {
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

  /** How fast may be copied while the process runs. */
  static Pace pace(Optional<String> text) throws UsageException {
    return text.isPresent() ? Pace.of(rate(text.get())) : Pace.NONE;
  }

  /** A rate in bytes a second, as --max-rate has it. */
  static long rate(String text) throws UsageException {
    try {
      return Rates.parse(text);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--max-rate: " + e.getMessage());
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
      say(report, dump(fault, sealed ? Optional.of(newKey(keys)) : Optional.empty(), keys));
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

  private CheckpointResult dump(Optional<FaultSwitch> fault, Optional<ImageKey> key, ImageKeys keys)
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
              .withPace(pace)
              .withProgress(bar::pages);
      if (fault.isPresent()) {
        options = options.withHook(fault.get().hook());
      }
      if (key.isPresent()) {
        options = options.withKey(key.get());
      }
      return dump(options, revocable, keys);
    }
  }

  @MustBeClosed
  private ImageOutput open() throws IOException {
    return isPipe(image) ? Channels.stdout() : ImageFileOutput.create(image, force);
  }

  private CheckpointResult dump(CheckpointOptions options, RevocableOutput output, ImageKeys keys)
      throws IOException {
    try {
      if (parent.isPresent()) {
        return dumpUpon(parent.get(), options, output, keys);
      }
      if (preDump) {
        return PreDumpedImage.dump(options, image, new NewImage(output, options.key(), codec));
      }
      return CompressedOutput.dump(
          options, image, new NewImage(output, options.key(), codec), Checkpoint::dump);
    } catch (IOException | RuntimeException | LinkageError e) {
      // NB: once the JVM shuts down, the classes of some libraries cannot be initialised any more.
      if (!output.revoked()) {
        throw e;
      }
      ending.claimLastWords();
      throw new CkptException(FailureCode.INTERRUPTED, output.lastWords(), e);
    }
  }

  private CheckpointResult dumpUpon(
      Path upon, CheckpointOptions options, RevocableOutput output, ImageKeys keys)
      throws IOException {
    try (SealSecret secret = Secrets.forgotten();
        ImageFileOutput whole = ImageFileOutput.create(image, true)) {
      NewImage wanted = new NewImage(output, options.key(), codec);
      DeltaOutput delta = new DeltaOutput(whole, secret, wanted, upon, keys);
      delta.requireOf(pid);
      CheckpointResult result = Checkpoint.dump(Secrets.with(options, secret), delta);
      return result.rebased(delta.number(), delta.imageBytes());
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
            + (result.keptPages() == 0 ? "" : " and " + result.keptPages() + " in the parent")
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
            .put("keptPages", result.keptPages())
            .put("imageBytes", result.imageBytes())
            .put("phases", PhaseTable.json(result.phases())));
  }
}
