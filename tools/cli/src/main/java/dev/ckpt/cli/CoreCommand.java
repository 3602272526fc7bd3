package dev.ckpt.cli;

import dev.ckpt.cli.args.Spec;
import dev.ckpt.cli.args.UsageException;
import dev.ckpt.cli.text.JsonObject;
import dev.ckpt.cli.text.Units;
import dev.ckpt.convert.core.CoreOutput;
import dev.ckpt.convert.core.ElfCore;
import dev.ckpt.core.checkpoint.Checkpoint;
import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.checkpoint.CheckpointResult;
import dev.ckpt.core.checkpoint.EmbedRule;
import dev.ckpt.core.checkpoint.TcpPolicy;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageChain;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.KeySource;
import dev.ckpt.format.ParentSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Writes an ELF core file of an image, or of a process that runs on. */
final class CoreCommand extends CkptCommand {
  private static final String OUTPUT = "--output";
  private static final String ALL = "--all";
  private static final String FORCE = "--force";
  private static final String NO_SYNC = "--no-sync";

  /** Files that are told of one by one. */
  private static final int MOST_NOTES = 5;

  private static final String INTERRUPTED =
      "it was interrupted: there is no core file, and a process runs on";

  private final Ending ending;
  private final Optional<Integer> pid;
  private final Path image;
  private final Path output;
  private final boolean all;
  private final boolean force;
  private final boolean sync;
  private final Optional<Path> keyFile;

  static CommandSpec spec() {
    CommandSpec spec =
        Spec.command(
                "core",
                "Writes an ELF core file of an image or of a running process.",
                "Debuggers read it. It has what the kernel would have written if the process had"
                    + " crashed when it was frozen, as far as /proc/PID/coredump_filter says. A"
                    + " process is frozen no longer than for a dump, and runs on.")
            .addPositional(
                Spec.parameter(
                    "PID|IMAGE",
                    true,
                    "The process, or the image. Digits are a process: ./123 is a file. An image"
                        + " that builds on others is read with their pages."))
            .addOption(Spec.required("FILE", "The core file to make.", "-o", OUTPUT))
            .addOption(
                Spec.flag(
                    "Write all memory that can be read, whatever coredump_filter says: programs"
                        + " and libraries too.",
                    ALL))
            .addOption(Spec.flag("Replace a file that has the core file's name.", FORCE))
            .addOption(Spec.flag("Do not wait until the core file is on the disk.", NO_SYNC))
            .addOption(ImageKeys.keyFileOption());
    return Spec.finish(
        spec, "ckpt core build.ckpt -o core", "ckpt core 812 -o core.812 && gdb program core.812");
  }

  CoreCommand(Console console, Ending ending, ParseResult arguments) throws UsageException {
    super(console, arguments);
    this.ending = ending;
    String what = Spec.parameter(arguments).orElseThrow();
    boolean digits = !what.isEmpty() && what.chars().allMatch(c -> c >= '0' && c <= '9');
    pid = digits ? Optional.of(Pids.parse(what)) : Optional.empty();
    image = path("the image", what);
    output = path("the core file", Spec.value(arguments, OUTPUT).orElseThrow());
    all = arguments.hasMatchedOption(ALL);
    force = arguments.hasMatchedOption(FORCE);
    sync = !arguments.hasMatchedOption(NO_SYNC);
    keyFile = ImageKeys.keyFile(arguments);
    if (isPipe(image)) {
      throw new UsageException("a core file is made of an image in a file, not of a pipe");
    }
    if (isPipe(output)) {
      throw new UsageException("a core file has holes: give -o FILE");
    }
    if (pid.isPresent() && keyFile.isPresent()) {
      throw new UsageException("a key file is of an image, and " + what + " is a process");
    }
  }

  @Override
  int run(Report report) throws IOException {
    try (ImageOutput file = ImageFileOutput.create("core file", output, force);
        RevocableOutput revocable = new RevocableOutput(file, INTERRUPTED)) {
      return Revocation.run(
          ending,
          revocable,
          () -> {
            if (pid.isPresent()) {
              ofProcess(pid.get(), revocable, report);
            } else {
              ofImage(revocable, report);
            }
            return ExitCode.DONE;
          });
    }
  }

  // What is opened here belongs to the chain.
  @SuppressWarnings("MustBeClosedChecker")
  private void ofImage(RevocableOutput revocable, Report report) throws IOException {
    String name = nameOf(image);
    report.about(name);
    try (ImageKeys keys = ImageKeys.of(keyFile, name)) {
      ImageFile file = ImageFile.of(Channels.openFile(image), keys);
      ElfCore.Result core = convert(file, name, Parents.of(image, keys), revocable);
      say(report, Units.printable(name), core, Optional.empty());
    }
  }

  private void ofProcess(int target, RevocableOutput revocable, Report report) throws IOException {
    try (ImageFileOutput unnamed = ImageFileOutput.create("core file", output, true)) {
      CheckpointResult dumped;
      try (ProgressBar bar = ProgressBar.start("core", console())) {
        // Nobody restores it, so connections to others need not be refused.
        CheckpointOptions options =
            CheckpointOptions.of(target)
                .withSync(false)
                .withTcp(TcpPolicy.CLOSE)
                .withExtUnix(true)
                .withEmbed(EmbedRule.NONE)
                .withProgress(bar::pages);
        dumped = Checkpoint.dump(options, new UnseenOutput(unnamed, revocable));
      }
      ElfCore.Result core = convert(unnamed, revocable);
      say(report, "pid " + target, core, Optional.of(dumped));
    }
  }

  // What is opened here belongs to the chain.
  @SuppressWarnings("MustBeClosedChecker")
  private ElfCore.Result convert(ImageFileOutput unnamed, RevocableOutput revocable)
      throws IOException {
    ParentSource none =
        (parent, uuid) -> {
          throw new CkptException(FailureCode.PARENT_MISSING, "this dump builds on no image");
        };
    return convert(UnseenOutput.open(unnamed, KeySource.NONE), "the dump", none, revocable);
  }

  /** Writes the core file, and publishes it; closes the image. */
  private ElfCore.Result convert(
      ImageFile file, String name, ParentSource parents, RevocableOutput revocable)
      throws IOException {
    try (file) {
      ImageState state = file.state();
      try (ImageChain chain = ImageChain.from(file, name, state, parents)) {
        ElfCore.Result core = ElfCore.write(state, chain, all, new Revocable(revocable));
        if (sync) {
          revocable.sync();
        }
        revocable.publish();
        return core;
      }
    }
  }

  /** A core file that nobody wants any more after a signal. */
  private record Revocable(RevocableOutput output) implements CoreOutput {
    @Override
    public void write(ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        output.channel().write(bytes);
      }
    }

    @Override
    public void skip(long lenBytes) throws IOException {
      output.skip(lenBytes);
    }
  }

  private void say(
      Report report, String what, ElfCore.Result core, Optional<CheckpointResult> dumped) {
    note(report, core.missing());
    report.line(
        "core of "
            + what
            + " written into "
            + Units.printable(output.toString())
            + ": "
            + Units.count(core.nrThreads(), "thread")
            + ", "
            + Units.bytes(core.memoryBytes())
            + " of memory in "
            + Units.count(core.nrSegments(), "segment")
            + dumped.map(result -> ", frozen " + Units.time(result.frozenNanos())).orElse(""));
    JsonObject json = new JsonObject();
    dumped.ifPresentOrElse(
        result -> json.put("pid", result.pid()).putMillis("frozenMillis", result.frozenNanos()),
        () -> json.put("image", image.toString()));
    report.result(
        json.put("output", output.toString())
            .put("threads", core.nrThreads())
            .put("segments", core.nrSegments())
            .put("memoryBytes", core.memoryBytes())
            .put("fileBytes", core.fileBytes())
            .put("missingFiles", core.missing().size()));
  }

  private static void note(Report report, List<ByteString> missing) {
    for (ByteString path : missing.subList(0, Math.min(missing.size(), MOST_NOTES))) {
      report.note(
          path
              + " is not what was mapped any more: the core has only the pages that the process"
              + " had changed");
    }
    if (missing.size() > MOST_NOTES) {
      report.note("the same of " + (missing.size() - MOST_NOTES) + " other mapped files");
    }
  }
}
