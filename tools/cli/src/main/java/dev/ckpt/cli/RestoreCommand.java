package dev.ckpt.cli;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.cli.args.Spec;
import dev.ckpt.cli.args.UsageException;
import dev.ckpt.cli.text.JsonObject;
import dev.ckpt.cli.text.PhaseTable;
import dev.ckpt.cli.text.Units;
import dev.ckpt.core.backend.Backends;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.rstr.FilesPolicy;
import dev.ckpt.rstr.PidPolicy;
import dev.ckpt.rstr.Restart;
import dev.ckpt.rstr.RestartOptions;
import dev.ckpt.rstr.RestartedTask;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Brings a task back from an image. */
final class RestoreCommand extends CkptCommand {
  private static final String DETACH = "--detach";
  private static final String PID_FILE = "--pid-file";
  private static final String NEW_PID = "--new-pid";
  private static final String PID_NAMESPACE = "--pid-namespace";
  private static final String FILES = "--files";
  private static final String INHERIT_FD = "--inherit-fd";
  private static final String PAGES = "--pages";
  private static final String EAGER = "eager";
  private static final String LAZY = "lazy";
  private static final String MAP_UNSAFE = "map-unsafe";
  private static final String MAX_RATE = "--max-rate";
  private static final String BACKEND = "--backend";
  private static final String STDIN = "--stdin";
  private static final String STDOUT = "--stdout";
  private static final String STDERR = "--stderr";
  private static final String TRUST_IMAGE = "--trust-image";

  private static final Duration LAST_PAGES = Duration.ofSeconds(1);

  private final Ending ending;
  private final Path image;
  private final boolean detach;
  private final Optional<Path> pidFile;
  private final PidPolicy pids;
  private final FilesPolicy files;
  private final boolean trustImage;
  private final String pages;
  private final long maxRate;
  private final String backend;
  private final Optional<Path> keyFile;
  private final Map<Integer, Path> inheritFds = new LinkedHashMap<>();

  static CommandSpec spec() {
    CommandSpec spec =
        Spec.command(
                "restore",
                "Brings the process in an image back to life.",
                "It gets its old pid. Waits for it and ends with its exit code, unless --detach is"
                    + " given.")
            .addPositional(image())
            .addOption(
                Spec.flag("Leave the process alone once it runs, in a session of its own.", DETACH))
            .addOption(
                Spec.value(
                    "FILE", "Write the process id into FILE once the process runs.", PID_FILE))
            .addOption(
                Spec.flag(
                    "Restore the process into a fresh pid namespace. It has its old pid there,"
                        + " whoever has that outside, so that many can run from one image. What it"
                        + " starts ends with it. FILE of --pid-file gets its pid outside.",
                    PID_NAMESPACE))
            .addOption(
                Spec.flag(
                    "Restore the process under another pid. It must have one thread, and what it"
                        + " has noted of its pid itself, in a variable or file, is not changed.",
                    NEW_PID))
            .addOption(
                Spec.choice(
                    List.of("strict", "newer-ok"),
                    "POLICY",
                    "What to do about a file that was open for writing and has changed since:"
                        + " newer-ok goes on at the old offset and says so, strict refuses."
                        + " Default: newer-ok.",
                    FILES))
            .addOption(
                Spec.choice(
                    List.of(EAGER, LAZY, MAP_UNSAFE),
                    "WHEN",
                    "When pages come into memory: eager, all of them before the process runs; or"
                        + " lazy, each when it is wanted, and the rest meanwhile. With map-unsafe"
                        + " they are mapped from the image, which must stay as it is; and a process"
                        + " that counts on zeros where it gave memory back goes wrong. Default:"
                        + " eager.",
                    PAGES))
            .addOption(
                Spec.value(
                    "RATE",
                    "With --pages lazy: bring in what nobody waits for no faster than that, in"
                        + " bytes a second: 200M, 1G.",
                    MAX_RATE))
            .addOption(
                Spec.value(
                    "NAME",
                    "How pages are filled that are there before the process runs; ckpt check lists"
                        + " the ways. Default: the fastest that works.",
                    BACKEND));
    return Spec.finish(
        withFiles(spec),
        "ckpt restore build.ckpt",
        "ckpt restore build.ckpt --detach --pid-file build.pid");
  }

  private static CommandSpec withFiles(CommandSpec spec) {
    return spec.addOption(Spec.value("FILE", "As --inherit-fd 0=FILE.", STDIN))
        .addOption(Spec.value("FILE", "As --inherit-fd 1=FILE.", STDOUT))
        .addOption(Spec.value("FILE", "As --inherit-fd 2=FILE.", STDERR))
        .addOption(
            Spec.repeated(
                "N=FILE",
                "Open FILE in the place of what descriptor N led to; may be given several"
                    + " times. A file that is written is made, or goes on at its end.",
                INHERIT_FD))
        .addOption(
            Spec.flag(
                "Restore an image of another user's, or that others can write to.", TRUST_IMAGE))
        .addOption(ImageKeys.keyFileOption());
  }

  RestoreCommand(Console console, Ending ending, ParseResult arguments) throws UsageException {
    super(console, arguments);
    this.ending = ending;
    image = imageToRead(arguments);
    detach = arguments.hasMatchedOption(DETACH);
    Optional<String> file = Spec.value(arguments, PID_FILE);
    pidFile = file.isPresent() ? Optional.of(path("--pid-file", file.get())) : Optional.empty();
    pids = pids(arguments);
    files =
        Spec.value(arguments, FILES).orElse("").equals("strict")
            ? FilesPolicy.STRICT
            : FilesPolicy.NEWER_OK;
    trustImage = arguments.hasMatchedOption(TRUST_IMAGE);
    pages = Spec.value(arguments, PAGES).orElse(EAGER);
    boolean lazy = pages.equals(LAZY);
    if (!pages.equals(EAGER) && isPipe(image)) {
      throw new UsageException(
          "--pages " + pages + " takes an image in a file: its pages come in any order");
    }
    Optional<String> rate = Spec.value(arguments, MAX_RATE);
    if (rate.isPresent() && !lazy) {
      throw new UsageException("--max-rate is for --pages lazy: else the process waits for it");
    }
    maxRate = rate.isPresent() ? DumpCommand.rate(rate.get()) : 0;
    backend = Spec.value(arguments, BACKEND).orElse(Backends.AUTO);
    keyFile = ImageKeys.keyFile(arguments);
    for (String setting : Spec.values(arguments, INHERIT_FD)) {
      inherit(setting);
    }
    inherit(0, STDIN, arguments);
    inherit(1, STDOUT, arguments);
    inherit(2, STDERR, arguments);
  }

  private static PidPolicy pids(ParseResult arguments) throws UsageException {
    boolean namespace = arguments.hasMatchedOption(PID_NAMESPACE);
    boolean another = arguments.hasMatchedOption(NEW_PID);
    if (namespace && another) {
      throw new UsageException(PID_NAMESPACE + " and " + NEW_PID + " cannot be given together");
    }
    return namespace ? PidPolicy.NAMESPACE : another ? PidPolicy.NEW : PidPolicy.OLD;
  }

  private void inherit(String setting) throws UsageException {
    int equals = setting.indexOf('=');
    String number = setting.substring(0, Math.max(equals, 0));
    if (!number.matches("[0-9]{1,9}")) {
      throw new UsageException("--inherit-fd " + setting + ": give N=FILE, as in 7=out.log");
    }
    Path file = path("the file of --inherit-fd " + number, setting.substring(equals + 1));
    if (inheritFds.put(Integer.valueOf(number), file) != null) {
      throw new UsageException("--inherit-fd " + number + " is given twice");
    }
  }

  private void inherit(int fd, String option, ParseResult arguments) throws UsageException {
    Optional<String> name = Spec.value(arguments, option);
    if (name.isPresent() && inheritFds.put(fd, path("the file of " + option, name.get())) != null) {
      throw new UsageException(option + " and --inherit-fd " + fd + " cannot be given together");
    }
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
  int run(Report report) throws IOException {
    report.about(nameOf(image));
    Optional<FaultSwitch> fault = FaultSwitch.ofEnvironment(ending);
    RestartedTask task;
    try {
      task = restore(fault, report);
    } finally {
      fault.ifPresent(found -> found.report(console().err()));
    }
    say(report, task);
    int exitCode = detach ? ExitCode.DONE : task.awaitExit();
    if (task.server().isPresent()) {
      // Most of them are done in that time; else somebody goes on when we end.
      task.server().get().await(LAST_PAGES);
    }
    return exitCode;
  }

  private RestartedTask restore(Optional<FaultSwitch> fault, Report report) throws IOException {
    PidFile pid = PidFile.of(pidFile);
    try (ReadableByteChannel channel = open();
        ImageKeys keys = ImageKeys.of(keyFile, nameOf(image));
        ProgressBar bar = ProgressBar.start("restore", console())) {
      RevocableRestore revocable = new RevocableRestore(channel);
      ending.onSignal(revocable);
      RestartOptions options =
          RestartOptions.of()
              .withDetach(detach)
              .withPids(pids)
              .withFiles(files)
              .withInheritFds(inheritFds)
              .withBackend(backend)
              .withKeys(keys)
              .withParents(trustImage ? Parents.of(image, keys) : Parents.trusted(image, keys))
              .withProgress(progressOn(bar))
              .withGate(revocable);
      if (pages.equals(LAZY)) {
        options = options.withLazyPages(new RestartOptions.LazyImage(image, trustImage, maxRate));
      } else if (pages.equals(MAP_UNSAFE)) {
        options = options.withMappedPages(new RestartOptions.MappedImage(image, trustImage));
      }
      if (fault.isPresent()) {
        options = options.withHook(fault.get().hook());
      }
      RestartedTask task = restore(options, channel, revocable);
      pid.write(task.pid()).ifPresent(report::note);
      return task;
    }
  }

  private RestartedTask restore(
      RestartOptions options, ReadableByteChannel channel, RevocableRestore revocable)
      throws IOException {
    try {
      return Restart.restore(options, channel);
    } catch (IOException | RuntimeException | LinkageError e) {
      // NB: once the JVM shuts down, the classes of some libraries cannot be initialised any more.
      if (!revocable.revoked()) {
        throw e;
      }
      ending.claimLastWords();
      throw new CkptException(FailureCode.INTERRUPTED, revocable.lastWords(), e);
    }
  }

  @MustBeClosed
  private ReadableByteChannel open() throws IOException {
    return trustImage ? Channels.open(image) : Channels.openTrusted(image);
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
            + (task.ownPid() == task.pid() ? "" : " (" + task.ownPid() + " in its namespace)")
            + " restored from "
            + Units.printable(nameOf(image))
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
            .put("ownPid", task.ownPid())
            .put("image", image.toString())
            .put("detached", detach)
            .putMillis("wallMillis", task.wallNanos())
            .put("pages", task.pages())
            .put("phases", PhaseTable.json(task.phases()))
            .put("notes", task.notes()));
  }
}
