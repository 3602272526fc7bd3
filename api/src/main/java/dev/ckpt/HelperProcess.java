package dev.ckpt;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.checkpoint.CheckpointResult;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.Signals;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/**
 * A child of ours that can be frozen into an image and come back:
 *
 * <pre>{@code
 * try (HelperProcess redis = HelperProcess.command("redis-server", "--port", "7777").start()) {
 *   redis.awaitPort(7777, Duration.ofSeconds(10));
 *   try (FrozenProcess frozen = redis.freeze();
 *       HelperProcess again = frozen.restore()) {
 *     // as it was, as often as you like
 *   }
 * }
 * }</pre>
 *
 * <p>A child of {@link java.lang.Process} cannot be frozen by its own JVM, whose thread waits for
 * it. Closing ends it at once.
 *
 * <p>Threading: any.
 */
public final class HelperProcess implements AutoCloseable {
  private static final Duration LOOK = Duration.ofMillis(5);

  private final Child child;
  private final HelperOutput output;
  private final HelperGuard guard;
  private final String entry;
  private boolean dropped;

  private HelperProcess(Child child, HelperOutput output, HelperGuard guard, String entry) {
    this.child = child;
    this.output = output;
    this.guard = guard;
    this.entry = entry;
  }

  /** A command that is about to be started: the program, and its arguments. */
  public static HelperCommand command(String... words) {
    return HelperCommand.of(words);
  }

  /** Opens the output of a child. */
  @FunctionalInterface
  interface OutputOpener {
    /** Opens it. */
    HelperOutput open() throws IOException;
  }

  /** A child that has just begun; it is ended if it cannot be looked after. */
  static HelperProcess begun(int pid, OutputOpener output, HelperGuard guard) throws IOException {
    boolean done = false;
    try {
      HelperProcess process =
          new HelperProcess(Child.of(pid), output.open(), guard, guard.add(pid));
      done = true;
      return process;
    } finally {
      if (!done) {
        Signals.kill(pid, Signals.SIGKILL);
        Ptrace.waitFor(pid, 0);
      }
    }
  }

  /** One that came back, as our child. */
  static HelperProcess restored(int pid, HelperGuard guard) throws IOException {
    return begun(pid, () -> HelperOutput.ofProcess(pid), guard);
  }

  /** Its pid; it has the same again whenever it comes back. */
  public long pid() {
    return child.pid();
  }

  /** Whether it has not ended yet. */
  public boolean isAlive() throws IOException {
    return exitCode().isEmpty();
  }

  /** Its exit status, or 128 and the signal that ended it; nothing while it runs. */
  public OptionalInt exitCode() throws IOException {
    return child.exitCode();
  }

  /** Waits for its end; its exit status, or 128 and the signal. */
  public int waitFor() throws IOException {
    return child.await();
  }

  /** The same, but not longer than that; nothing when it still runs. */
  public OptionalInt waitFor(Duration patience) throws IOException {
    return child.await(patience);
  }

  /** Asks it to end, by SIGTERM. */
  public void terminate() throws IOException {
    child.signal(Signals.SIGTERM);
  }

  /** What it has written to its standard output and error, the last megabyte of it. */
  public String output() throws IOException {
    return output.all();
  }

  /** What of that came since it was started, or came back. */
  public String newOutput() throws IOException {
    return output.sinceBegin();
  }

  /** A question that is asked again and again. */
  @FunctionalInterface
  public interface Condition {
    /** Whether it holds. */
    boolean holds() throws IOException;
  }

  /**
   * Waits until something holds.
   *
   * @param what it is, for people
   * @throws IOException when the process ends before, or it does not hold in time; with its output
   */
  public void await(String what, Duration patience, Condition condition) throws IOException {
    long end = System.nanoTime() + patience.toNanos();
    while (!condition.holds()) {
      OptionalInt code = child.await(LOOK);
      if (code.isPresent()) {
        throw new IOException(
            "process " + pid() + " ended with " + code.getAsInt() + " before " + what + said());
      }
      if (System.nanoTime() - end > 0) {
        throw new IOException(
            "process "
                + pid()
                + ": no "
                + what
                + " within "
                + patience.toMillis()
                + " ms"
                + said());
      }
    }
  }

  private String said() throws IOException {
    String text = output().strip();
    return text.isEmpty() ? "; it wrote nothing" : "; it wrote:\n" + text;
  }

  /** Whether it listens on a TCP port; nobody connects to find out. */
  public boolean listensOn(int port) throws IOException {
    return isAlive() && ListeningSockets.has(pid(), port);
  }

  /** Waits until it listens on a TCP port; as {@link #await}. */
  public void awaitPort(int port, Duration patience) throws IOException {
    await("port " + port, patience, () -> listensOn(port));
  }

  /** Waits until its output has a line that a pattern is found in; as {@link #await}. */
  public void awaitOutput(String pattern, Duration patience) throws IOException {
    java.util.regex.Pattern wanted = java.util.regex.Pattern.compile(pattern);
    await("output " + pattern, patience, () -> output().lines().anyMatch(wanted.asPredicate()));
  }

  /** Freezes it into an image without a name, and ends it; as below. */
  @MustBeClosed
  public FrozenProcess freeze() throws IOException {
    return freeze(UnaryOperator.identity());
  }

  /**
   * The same, with further options.
   *
   * @throws dev.ckpt.core.error.UnsupportedStateException when something of it cannot be saved; it
   *     runs on
   */
  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  public FrozenProcess freeze(UnaryOperator<Checkpoint> options) throws IOException {
    FrozenProcess frozen = FrozenProcess.of(this, options.apply(Checkpoint.of(pid())), guard);
    close();
    return frozen;
  }

  /** Freezes it into an image file that stays, and ends it; a file of that name is replaced. */
  @MustBeClosed
  public FrozenProcess freezeTo(Path image, UnaryOperator<Checkpoint> options) throws IOException {
    FrozenProcess frozen =
        FrozenProcess.at(image, this, options.apply(Checkpoint.of(pid())), guard);
    close();
    return frozen;
  }

  /** Dumps it into an image file; it runs on. */
  public CheckpointResult dump(Path image) throws IOException {
    return Checkpoint.of(pid()).to(image).dump();
  }

  /** Ends it by SIGKILL if it has not ended, its process group as well, and waits for that. */
  @Override
  public void close() throws IOException {
    try (output) {
      child.kill();
      synchronized (this) {
        if (!dropped) {
          dropped = true;
          guard.drop(entry);
        }
      }
    }
  }
}
