package dev.ckpt.bench.live;

import com.google.errorprone.annotations.MustBeClosed;
import com.sun.jna.NativeLibrary;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Spawn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A folder for one measurement, the small C programs that it needs, and all processes that it
 * starts. Closing it, or the end of the JVM whatever ends it, ends the processes and removes the
 * folder: images are large.
 */
final class Workshop implements AutoCloseable {
  private static final int PAGE_BYTES = 4096;
  private static final int PR_SET_CHILD_SUBREAPER = 36;
  private static final long PAUSE_NANOS = 200_000;
  private static final int DELETIONS = 50;
  private static final long DELETION_NANOS = 20_000_000;
  private static final long PATIENCE_NANOS = 120_000_000_000L;

  private final Path folder;
  private final Path sources;
  private final Set<Integer> live = ConcurrentHashMap.newKeySet();
  private final Thread hook = new Thread(this::clear, "bench-clear");
  private volatile boolean closing;

  private Workshop(Path folder, Path sources) {
    this.folder = folder;
    this.sources = sources;
  }

  /**
   * Opens one.
   *
   * @param parent where images will be written: its file system counts
   * @param sources folder of the C programs
   */
  @MustBeClosed
  static Workshop open(Path parent, Path sources) throws IOException {
    Workshop workshop =
        new Workshop(
            Files.createTempDirectory(Files.createDirectories(parent), "run").toRealPath(),
            sources);
    Runtime.getRuntime().addShutdownHook(workshop.hook);
    // Restored tasks become children of ours: there are inits that take a second to wait for one.
    NativeLibrary.getProcess()
        .getFunction("prctl")
        .invokeInt(new Object[] {PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L});
    return workshop;
  }

  /** A file or folder of this measurement, which need not be there. */
  Path file(String name) {
    return folder.resolve(name);
  }

  /** A page of zeroes that we share with a program which is told of the file. */
  MappedByteBuffer sharedPage(Path file) throws IOException {
    Files.write(file, new byte[PAGE_BYTES]);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MappedByteBuffer page = channel.map(FileChannel.MapMode.READ_WRITE, 0, PAGE_BYTES);
      page.order(ByteOrder.LITTLE_ENDIAN);
      return page;
    }
  }

  /** One of our C programs, compiled. */
  Path program(String name) throws IOException {
    Path program = file(name);
    if (!Files.exists(program)) {
      Path source = sources.resolve(name + ".c");
      run("cc", "-O2", "-pthread", "-o", program.toString(), source.toString());
    }
    return program;
  }

  /** Starts a program in a session of its own, to be measured. */
  int start(List<String> words) throws IOException {
    return spawn(words, true);
  }

  /** What a program that was started said so far. */
  String said(List<String> words) {
    try {
      return Files.readString(output(words));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether all comes to an end. */
  boolean isClosing() {
    return closing;
  }

  /** Runs a program to its end and returns what it printed. */
  String run(String... words) throws IOException {
    int pid = spawn(List.of(words), false);
    int status = Ptrace.waitFor(pid, 0).status();
    live.remove(pid);
    String said = Files.readString(output(List.of(words)));
    if (status != 0) {
      throw new IOException(String.join(" ", words) + ": status " + status + ": " + said);
    }
    return said;
  }

  private Path output(List<String> words) {
    return file(Path.of(words.get(0)).getFileName() + ".out");
  }

  private int spawn(List<String> words, boolean session) throws IOException {
    if (closing) {
      throw new IOException("interrupted");
    }
    Files.write(output(words), new byte[0]);
    try (Fd in = Fd.open("/dev/null", Fcntl.O_RDONLY);
        Fd out = Fd.open(output(words).toString(), Fcntl.O_RDWR | Fcntl.O_APPEND)) {
      Spawn spawn =
          Spawn.program(onPath(words.get(0)).toString())
              .arguments(words.subList(1, words.size()).toArray(String[]::new))
              .environment(System.getenv())
              .stdio(in.number(), out.number(), out.number());
      int pid = (session ? spawn.newSession() : spawn).start();
      live.add(pid);
      return pid;
    }
  }

  /** The program that a name without a folder leads to. */
  static Path onPath(String name) throws IOException {
    if (name.contains("/")) {
      return Path.of(name);
    }
    for (String path : System.getenv("PATH").split(":")) {
      Path program = Path.of(path, name);
      if (Files.isExecutable(program)) {
        return program;
      }
    }
    throw new NoSuchFileException(name, null, "there is no such program");
  }

  /** Ends a process that was started or restored here, and waits until it is gone. */
  void end(int pid) throws IOException {
    live.remove(pid);
    if (Signals.exists(pid)) {
      Signals.kill(pid, Signals.SIGKILL);
    }
    // It may come to us only when whoever restored it has ended.
    await(
        "the end of " + pid,
        () -> {
          reap(pid);
          return !Files.exists(Path.of("/proc", Integer.toString(pid)));
        });
    reap(-1);
  }

  private static void reap(int pid) {
    try {
      while (Ptrace.waitFor(pid, Ptrace.WNOHANG).pid() > 0) {
        // One more was waited for.
        continue;
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Says that a process lives again, under its old number. */
  void restored(int pid) {
    live.add(pid);
  }

  /** Waits until something is so. */
  void await(String what, BooleanSupplier condition) throws IOException {
    long begin = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (closing || System.nanoTime() - begin > PATIENCE_NANOS) {
        throw new IOException("waited in vain for " + what);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Removes a file, or a folder with all that is in it. */
  static void delete(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> all = Files.walk(path)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }

  /** In a hook, whoever measures goes on for a moment, and may make a file in what is deleted. */
  private void deleteFolder() throws IOException {
    for (int left = DELETIONS; ; left--) {
      try {
        delete(folder);
        return;
      } catch (DirectoryNotEmptyException e) {
        if (left == 1) {
          throw e;
        }
        LockSupport.parkNanos(DELETION_NANOS);
      }
    }
  }

  private synchronized void clear() {
    closing = true;
    try {
      for (int pid : live) {
        if (Signals.exists(pid)) {
          Signals.kill(pid, Signals.SIGKILL);
        }
      }
      live.clear();
      deleteFolder();
    } catch (IOException e) {
      System.err.println("not all is cleaned up: " + e);
    }
  }

  @Override
  public void close() {
    clear();
    if (Thread.currentThread() != hook) {
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }
}
