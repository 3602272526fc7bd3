package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ckpt.core.backend.Backends;
import dev.ckpt.core.checkpoint.Checkpoint;
import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.checkpoint.CheckpointResult;
import dev.ckpt.core.checkpoint.CheckpointSession;
import dev.ckpt.core.checkpoint.EmbedRule;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.Spawn;
import dev.ckpt.core.kernel.SysvIpc;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.MountInfo;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.Stat;
import dev.ckpt.core.proc.SysvSegment;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ParentFiles;
import dev.ckpt.rstr.PidPolicy;
import dev.ckpt.rstr.Restart;
import dev.ckpt.rstr.RestartOptions;
import dev.ckpt.rstr.RestartedTask;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.opentest4j.TestAbortedException;

/**
 * A program that runs in a session of its own, with a folder of its own, and speaks the protocol of
 * selfcheck.h. It is started by posix_spawn, so that this JVM can trace it. Closing it ends
 * whatever is left of it and removes its folder.
 */
final class LiveProgram implements AutoCloseable {
  private static final String PATH = "/usr/local/bin:/usr/bin:/bin";
  private static final String OWN = "own";
  private static final int SKIPPED = 77;
  private static final int SIGNALLED = 128;

  private final Path base;
  private final Path folder;
  private final int ownPid;
  private int pid;
  private Work work = this::createGo;
  private Verdict verdict = this::expectOk;
  private UnaryOperator<CheckpointOptions> dumpOptions = UnaryOperator.identity();
  private String backend = Backends.AUTO;
  private Optional<RestartedTask> restarted = Optional.empty();
  private boolean reaped;
  private boolean newPid;

  private LiveProgram(Path base, Path folder, int pid) {
    this.base = base;
    this.folder = folder;
    this.ownPid = pid;
    this.pid = pid;
  }

  /** What makes the program go on to its end. */
  interface Work {
    void run() throws IOException;
  }

  /** What must hold when the program has ended. */
  interface Verdict {
    void check() throws IOException;
  }

  /** Starts a program of the list, whose first argument is its status file. */
  static LiveProgram start(Programs.Program program) throws IOException {
    Path file = Programs.folder().resolve(program.file());
    List<String> arguments = new ArrayList<>();
    Optional<String> interpreter = Programs.interpreter(program.file());
    interpreter.ifPresent(name -> arguments.add(file.toString()));
    arguments.add("STATUS");
    arguments.addAll(program.arguments());
    return start(interpreter.map(Programs::needed).orElse(file), arguments);
  }

  /** Starts any program; the argument {@code STATUS} becomes the path of its status file. */
  static LiveProgram start(Path file, List<String> arguments) throws IOException {
    Path base = newFolder();
    try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDWR)) {
      return start(file, arguments, base, nothing.number(), nothing.number());
    }
  }

  /** A folder for a program, with one in it that the program owns. */
  static Path newFolder() throws IOException {
    Path base = Files.createTempDirectory("live");
    // A program that gives up root must be able to reach its folder.
    Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwx--x--x"));
    Path folder = Files.createDirectory(base.resolve(OWN));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    return base;
  }

  /** Starts any program with files of ours as its standard input and output. */
  static LiveProgram start(Path file, List<String> arguments, Path base, int in, int out)
      throws IOException {
    Sessions.adoptOrphans();
    Path folder = base.resolve(OWN);
    String[] words =
        arguments.stream()
            .map(word -> word.equals("STATUS") ? folder.resolve("status").toString() : word)
            .toArray(String[]::new);
    return new LiveProgram(
        base,
        folder,
        Spawn.program(file.toString())
            .arguments(words)
            .environment(Map.of("PATH", PATH, "LC_ALL", "C"))
            .stdio(in, out, out)
            .newSession()
            .start());
  }

  /** Instead of the file that a program of ours waits for. */
  LiveProgram withWork(Work other) {
    work = other;
    return this;
  }

  /** Instead of the program's own verdict. */
  LiveProgram withVerdict(Verdict other) {
    verdict = other;
    return this;
  }

  /** Dumped with further options from now on. */
  LiveProgram withDumpOptions(UnaryOperator<CheckpointOptions> change) {
    dumpOptions = change;
    return this;
  }

  /** Its pages are read in that way from now on. */
  LiveProgram withBackend(String name) {
    backend = name;
    return this;
  }

  /** Its pid as we see it. */
  int pid() {
    return pid;
  }

  /** The folder that the program owns. */
  Path folder() {
    return folder;
  }

  /** A place for images and copies, which goes with the program. */
  Path besides(String name) {
    return base.resolve(name);
  }

  Path status() {
    return folder.resolve("status");
  }

  List<String> lines() throws IOException {
    if (!Files.exists(status())) {
      return List.of();
    }
    // NB: each line is one write, but one that crosses a page can be seen half-written.
    String text = Files.readString(status(), UTF_8);
    return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
  }

  void awaitReady() throws IOException {
    Await.until("ready", () -> lines().contains("ready") || hasEnded(), this::describe);
    if (!lines().contains("ready")) {
      int code = awaitExit();
      if (code == SKIPPED) {
        throw new TestAbortedException(String.join("; ", lines()));
      }
      throw new AssertionError("ended with " + code + " before it was ready: " + lines());
    }
  }

  void go() throws IOException {
    work.run();
  }

  /** When it goes on, the program is not to take it for a mistake that its pid is another. */
  LiveProgram withNewPid() {
    newPid = true;
    return this;
  }

  private void createGo() throws IOException {
    Path go = folder.resolve("status.go");
    if (newPid) {
      Files.move(Files.writeString(besides("told"), "new pid\n"), go);
    } else if (!Files.exists(go)) {
      Files.createFile(go);
    }
  }

  /** Whether all of it has exited, waited for or not. */
  boolean hasEnded() throws IOException {
    try {
      Stat stat = ProcFs.of(pid).stat();
      // A leader that ended before its threads is a zombie too.
      return stat.state().ended() && stat.numThreads() <= 1;
    } catch (TargetGoneException e) {
      return true;
    }
  }

  /** Waits for the end of our child; returns its exit status, or 128 and the signal. */
  int awaitExit() throws IOException {
    Await.until("the end", this::hasEnded, this::describe);
    if (restarted.isPresent()) {
      reaped = true;
      return restarted.get().awaitExit();
    }
    Ptrace.WaitResult result = Ptrace.waitFor(pid, 0);
    if (result.pid() < 0) {
      throw new AssertionError("is no child of ours any more");
    }
    reaped = true;
    int signal = result.status() & 0x7f;
    return signal == 0 ? result.status() >> 8 & 0xff : SIGNALLED + signal;
  }

  /** Waits until nothing of the task and of what it started is left. */
  void awaitGone() throws IOException {
    Await.until(
        "the end of all of it",
        () -> {
          reap();
          return Sessions.members(pid).isEmpty() && !exists();
        },
        this::describe);
  }

  /** Waits for what is a child of ours; whoever has the others for children takes its time. */
  private void reap() throws IOException {
    reaped |= Ptrace.waitFor(pid, Ptrace.WNOHANG).pid() == pid;
    Sessions.reap(pid);
  }

  private boolean exists() {
    return !reaped && Files.exists(Path.of("/proc/" + pid));
  }

  /** Runs to its end after go, and expects what the list says. */
  void finish(int exitStatus) throws IOException {
    go();
    int code = awaitExit();
    awaitGone();
    verdict.check();
    if (code != exitStatus) {
      throw new AssertionError("exit status " + code + ", not " + exitStatus + ": " + lines());
    }
  }

  /** The verdict of the program itself. */
  void expectOk() throws IOException {
    List<String> lines = lines();
    boolean ok =
        !lines.isEmpty()
            && lines.get(lines.size() - 1).equals("ok")
            && lines.stream().filter("ready"::equals).count() == 1
            && lines.stream().noneMatch(line -> line.startsWith("FAIL"));
    if (!ok) {
      throw new AssertionError("no ok: " + lines);
    }
  }

  /** Dumps it into a new image, no file with its content, wherever tests keep theirs. */
  CheckpointResult dump(Path image, boolean stop) throws IOException {
    return dump(options(stop), image);
  }

  private CheckpointOptions options(boolean stop) {
    CheckpointOptions options =
        CheckpointOptions.of(pid).withStop(stop).withEmbed(EmbedRule.NONE).withBackend(backend);
    return dumpOptions.apply(options);
  }

  /** The same upon the image before. */
  CheckpointResult dump(CheckpointSession session, Path image, boolean stop) throws IOException {
    CheckpointResult result = session.dump(options(stop).withSync(false), image, false);
    if (stop) {
      awaitGone();
    }
    return result;
  }

  CheckpointResult dump(CheckpointOptions options, Path image) throws IOException {
    CheckpointResult result;
    try (ImageFileOutput output = ImageFileOutput.create(image, false)) {
      result = Checkpoint.dump(options.withSync(false), output);
    }
    if (options.stop()) {
      awaitGone();
    }
    return result;
  }

  /** Brings it back. */
  RestartedTask restore(Path image, boolean detach) throws IOException {
    return restore(image, RestartOptions.of().withDetach(detach));
  }

  RestartedTask restore(Path image, RestartOptions options) throws IOException {
    ParentFiles parents =
        new ParentFiles(Optional.of(image.getParent()), FileChannel::open, options.keys());
    try (FileChannel channel = FileChannel.open(image)) {
      RestartedTask task = Restart.restore(options.withParents(parents), channel);
      boolean same = task.pid() == task.ownPid() || options.pids() == PidPolicy.NAMESPACE;
      boolean old = task.ownPid() == ownPid || options.pids() == PidPolicy.NEW;
      if (!same || !old) {
        throw new AssertionError("restored as " + task.ownPid() + ", not as " + ownPid);
      }
      pid = task.pid();
      restarted = Optional.of(task);
      reaped = false;
      return task;
    }
  }

  /**
   * The same; it runs before its pages are there.
   *
   * @param maxRate bytes in a second at most, of those that it does not wait for; 0 for any
   */
  RestartedTask restoreLazily(Path image, RestartOptions options, long maxRate) throws IOException {
    return restore(
        image, options.withLazyPages(new RestartOptions.LazyImage(image, false, maxRate)));
  }

  /** Says that somebody else has brought it back, under its own pid and as an orphan of ours. */
  void restoredByOthers() {
    reaped = false;
  }

  /** Copies what is in its folder, with all times. */
  void keepFiles(String name) throws IOException {
    command("cp", "-a", folder.toString(), besides(name).toString());
  }

  /** Puts its folder back as it was; files that are still there keep their inodes. */
  void putFilesBack(String name) throws IOException {
    Path kept = besides(name);
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (!Files.exists(kept.resolve(file.getFileName()))) {
          command("rm", "-rf", file.toString());
        }
      }
    }
    command("cp", "-a", kept + "/.", folder.toString());
  }

  /** Runs a command that must succeed. */
  static void command(String... words) throws IOException {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", words) + ": " + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** What there is to know about a task that does not do what it should. */
  String describe() {
    StringBuilder text = new StringBuilder("pid " + pid);
    try {
      text.append(" status ").append(lines());
      for (int tid : ProcFs.of(pid).tasks()) {
        Stat stat = ProcFs.of(pid).stat(tid);
        text.append("; tid ").append(tid).append(' ').append(stat.state());
        text.append(" in ").append(ProcFs.of(pid).wchan(tid));
      }
      text.append("; tracer ").append(ProcFs.of(pid).status().tracerPid());
    } catch (IOException e) {
      text.append("; ").append(e.getMessage());
    }
    return text.toString();
  }

  /** System V shared memory outlives who made it. */
  private void removeSegments() throws IOException {
    for (SysvSegment segment : ProcFs.sysvShm()) {
      if (segment.cpid() == pid || segment.cpid() == ownPid) {
        remove(segment);
      }
    }
  }

  private static void remove(SysvSegment segment) throws SyscallException {
    try {
      SysvIpc.removeShm(segment.id());
    } catch (SyscallException e) {
      // Marked for its end already, it went with the last process that had it, just now.
      if (e.errno() != Errno.EINVAL) {
        throw e;
      }
    }
  }

  /** NB: to remove a folder in which something is mounted is to remove what is mounted. */
  private void refuseMounts() throws IOException {
    for (MountInfo mount : ProcFs.of(Tasks.self()).mounts()) {
      if (mount.mountPoint().startsWith(ByteString.of(base + "/"))) {
        throw new IOException(mount.mountPoint() + " is mounted; nothing was removed");
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      if (exists() || !Sessions.members(pid).isEmpty()) {
        Sessions.end(pid);
        awaitGone();
      }
    } finally {
      refuseMounts();
      command("rm", "-rf", base.toString());
      removeSegments();
    }
  }
}
