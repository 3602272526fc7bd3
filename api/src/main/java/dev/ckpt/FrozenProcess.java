package dev.ckpt;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.checkpoint.CheckpointResult;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.image.UnnamedOutput;
import dev.ckpt.error.Code;
import dev.ckpt.rstr.Custody;
import dev.ckpt.rstr.RestartOptions;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/**
 * A process that was frozen and ended, in an image file without a name, which is gone when this is
 * closed, or this JVM has ended. It comes back as often as is wanted, one at a time, for it has its
 * old pid.
 *
 * <p>Threading: any, one at a time.
 */
public final class FrozenProcess implements AutoCloseable {
  private static final Duration SETTLING = Duration.ofMillis(500);
  private static final long LOOK_NANOS = 5_000_000;
  private static final Set<Code> CONNECTIONS = EnumSet.of(Code.TCP_CONNECTION, Code.TCP_STATE);

  private final ImageFileOutput file;
  private final CheckpointResult result;
  private final HelperGuard guard;

  private FrozenProcess(ImageFileOutput file, CheckpointResult result, HelperGuard guard) {
    this.file = file;
    this.result = result;
    this.guard = guard;
  }

  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  static FrozenProcess of(HelperProcess process, Checkpoint checkpoint, HelperGuard guard)
      throws IOException {
    Path place = Path.of(System.getProperty("java.io.tmpdir"), "ckpt-" + process.pid());
    ImageFileOutput file = ImageFileOutput.create(place, true);
    boolean done = false;
    try {
      CheckpointResult result = dump(checkpoint.ending().withoutSync(), file);
      process.close();
      done = true;
      return new FrozenProcess(file, result, guard);
    } finally {
      if (!done) {
        file.close();
      }
    }
  }

  /**
   * NB: a connection that we have closed is the process's until it has noticed that, and then for a
   * moment still the kernel's.
   */
  private static CheckpointResult dump(Checkpoint checkpoint, ImageFileOutput file)
      throws IOException {
    long end = System.nanoTime() + SETTLING.toNanos();
    while (true) {
      try {
        return checkpoint.dump(new UnnamedOutput(file));
      } catch (UnsupportedStateException e) {
        if (System.nanoTime() - end > 0 || !isAboutConnections(e)) {
          throw e;
        }
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }
  }

  private static boolean isAboutConnections(UnsupportedStateException e) {
    return e.refusals().stream().allMatch(each -> CONNECTIONS.contains(each.code()));
  }

  /** What the dump did. */
  public CheckpointResult result() {
    return result;
  }

  /**
   * Brings it back as it was when it was frozen. Blocks until it runs.
   *
   * @throws dev.ckpt.core.error.UnsupportedStateException when it cannot come back, as when
   *     somebody has its pid; nothing was created
   */
  @MustBeClosed
  public HelperProcess restore() throws IOException {
    return restore(UnaryOperator.identity());
  }

  /** The same with further options. */
  @MustBeClosed
  public HelperProcess restore(UnaryOperator<RestartOptions> options) throws IOException {
    RestartOptions all = options.apply(RestartOptions.of()).withCustody(Custody.CHILD);
    try (FileChannel image = file.reopen()) {
      return HelperProcess.restored(dev.ckpt.rstr.Restart.restore(all, image).pid(), guard);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
