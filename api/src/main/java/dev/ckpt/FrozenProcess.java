package dev.ckpt;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.image.ImageTrust;
import dev.ckpt.core.image.UnnamedOutput;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.rstr.Custody;
import dev.ckpt.rstr.PidPolicy;
import dev.ckpt.rstr.RestartOptions;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/**
 * A process that was frozen and ended. It comes back as often as is wanted, one at a time, for it
 * has its old pid.
 *
 * <p>Its image is a file without a name, which is gone when this is closed, or this JVM has ended;
 * or one with a name, which stays.
 *
 * <p>Threading: any, one at a time.
 */
public final class FrozenProcess implements AutoCloseable {
  private static final Duration SETTLING = Duration.ofMillis(500);
  private static final long LOOK_NANOS = 5_000_000;
  private static final Set<Code> CONNECTIONS =
      Set.of(RefusalCode.TCP_CONNECTION, RefusalCode.TCP_STATE);

  /** Where the image is. */
  private interface Image extends AutoCloseable {
    @MustBeClosed
    FileChannel open() throws IOException;

    @Override
    void close() throws IOException;
  }

  private record Unnamed(ImageFileOutput file) implements Image {
    @Override
    @MustBeClosed
    public FileChannel open() throws IOException {
      return file.reopen();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  private record Named(Path path) implements Image {
    @Override
    @MustBeClosed
    public FileChannel open() throws IOException {
      return ImageTrust.open(path);
    }

    @Override
    public void close() {}
  }

  private final Image image;
  private final HelperGuard guard;

  /** It could not have its old pid among all others. */
  private boolean apart;

  private FrozenProcess(Image image, HelperGuard guard) {
    this.image = image;
    this.guard = guard;
  }

  /**
   * One that was frozen before, perhaps by another JVM.
   *
   * @param image that it comes back from, if nobody else may have written it
   * @param guard what ends it if we cannot
   */
  public static FrozenProcess from(Path image, HelperGuard guard) {
    return new FrozenProcess(new Named(image), guard);
  }

  /** Freezes one into a file without a name. */
  @MustBeClosed
  static FrozenProcess of(HelperProcess process, Checkpoint checkpoint, HelperGuard guard)
      throws IOException {
    Path place = Path.of(System.getProperty("java.io.tmpdir"), "ckpt-" + process.pid());
    return new FrozenProcess(
        new Unnamed(settled(process, () -> dump(checkpoint.ending().withoutSync(), place))), guard);
  }

  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  private static ImageFileOutput dump(Checkpoint checkpoint, Path place) throws IOException {
    ImageFileOutput file = ImageFileOutput.create(place, true);
    boolean done = false;
    try {
      checkpoint.dump(new UnnamedOutput(file));
      done = true;
      return file;
    } finally {
      if (!done) {
        file.close();
      }
    }
  }

  /** Freezes one into a file that stays. */
  static FrozenProcess at(
      Path image, HelperProcess process, Checkpoint checkpoint, HelperGuard guard)
      throws IOException {
    settled(process, () -> checkpoint.to(image).replacing().ending().withoutSync().dump());
    return from(image, guard);
  }

  /** A dump, or some. */
  private interface Attempt<T> {
    T make() throws IOException;
  }

  /**
   * Tries again for a while, of what is over soon. A connection that we have closed is the
   * process's until it has noticed that, and then for a moment still the kernel's. And a shell that
   * has said that all is ready may still be about to execute the program.
   */
  private static <T> T settled(HelperProcess process, Attempt<T> dump) throws IOException {
    long end = System.nanoTime() + SETTLING.toNanos();
    while (true) {
      try {
        return dump.make();
      } catch (CkptException e) {
        if (System.nanoTime() - end > 0 || !isOverSoon(process, e)) {
          throw e;
        }
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }
  }

  private static boolean isOverSoon(HelperProcess process, CkptException e) throws IOException {
    return e instanceof UnsupportedStateException refused
        ? refused.refusals().stream().allMatch(each -> CONNECTIONS.contains(each.code()))
        : e instanceof TargetGoneException && process.isAlive();
  }

  /**
   * Brings it back as it was when it was frozen. Blocks until it runs.
   *
   * <p>Where we may not choose pids, as an ordinary user may not, it has its old pid in a pid
   * namespace of its own, and seen from here another each time.
   *
   * @throws UnsupportedStateException when it cannot come back, as when somebody has its pid;
   *     nothing was created
   */
  @MustBeClosed
  public HelperProcess restore() throws IOException {
    return restore(UnaryOperator.identity());
  }

  /** The same with further options. */
  @MustBeClosed
  public HelperProcess restore(UnaryOperator<RestartOptions> options) throws IOException {
    RestartOptions all = options.apply(RestartOptions.of()).withCustody(Custody.CHILD);
    if (apart) {
      return restore(all.withPids(PidPolicy.NAMESPACE));
    }
    try {
      return restore(all);
    } catch (UnsupportedStateException e) {
      if (!e.refusals().stream().allMatch(each -> each.code() == RefusalCode.NO_RIGHT_TO_PIDS)) {
        throw e;
      }
      return apart(all, e);
    }
  }

  /** What cannot be had that way either is refused for the first reason. */
  @MustBeClosed
  private HelperProcess apart(RestartOptions options, UnsupportedStateException reason)
      throws IOException {
    apart = true;
    try {
      return restore(options.withPids(PidPolicy.NAMESPACE));
    } catch (CkptException e) {
      apart = false;
      reason.addSuppressed(e);
      throw reason;
    }
  }

  @MustBeClosed
  private HelperProcess restore(RestartOptions all) throws IOException {
    try (FileChannel channel = image.open()) {
      return HelperProcess.restored(dev.ckpt.rstr.Restart.restore(all, channel).pid(), guard);
    }
  }

  @Override
  public void close() throws IOException {
    image.close();
  }
}
