package dev.ckpt.core.checkpoint;

import dev.ckpt.core.backend.Backends;
import dev.ckpt.core.backend.PageReader;
import dev.ckpt.core.checkpoint.file.Files;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.timing.Timeline;
import dev.ckpt.core.tracee.CodeSite;
import dev.ckpt.core.tracee.Deadline;
import dev.ckpt.core.tracee.RemoteMap;
import dev.ckpt.core.tracee.Tracer;
import dev.ckpt.core.tracee.Vdso;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Dumps one task into an image.
 *
 * <p>Target state: running; it runs again when this returns, whatever happened, unless it was asked
 * to stop for good. Threading: any thread; the work is done on a tracer thread of its own. Blocks
 * until the image is published.
 */
public final class Checkpoint {
  private static final Duration EXEC = Duration.ofMillis(500);

  private Checkpoint() {}

  /**
   * Freezes the task, writes its state and pages, lets it go, and publishes the image.
   *
   * @throws UnsupportedStateException when something cannot be saved; nothing was changed
   * @throws CkptException when anything else fails; there is no image, and the task runs
   */
  public static CheckpointResult dump(CheckpointOptions options, ImageOutput output)
      throws IOException {
    try (MmCheckpoint mm = MmCheckpoint.provider().create()) {
      return dump(options, output, mm);
    }
  }

  /** The same, with memory that may be watched from dump to dump. */
  static CheckpointResult dump(CheckpointOptions options, ImageOutput output, MmCheckpoint mm)
      throws IOException {
    if (options.tcp() == TcpPolicy.KEEP && !options.stop()) {
      throw new IllegalArgumentException("TCP connections are kept of a task that is ended only");
    }
    Timeline timeline = Timeline.begin(options.hook()::phase);
    if (!Signals.exists(options.pid())) {
      survey(options.pid()).check();
    }
    TargetIdentity identity = TargetIdentity.of(options.pid());
    Tracees tracees = Tracees.look(options.pid());
    try (LandlockProbe landlock = LandlockProbe.beside(options.pid())) {
      Refusals refusals = survey(options.pid());
      if (!refusals.list().isEmpty()) {
        tracees.refuse(refusals);
        refusals.check();
      }
      timeline.end("look");
      PageReader.Provider backend = Backends.pageReader(options.backend());
      Rehearsal.once(options.pid(), backend);
      timeline.end("rehearse");
      return dump(options, output, mm, backend, timeline, tracees, landlock);
    } catch (IOException e) {
      // A target that executes another program shows many an odd state on the way.
      throw e instanceof TargetGoneException ? e : identity.explain(e);
    }
  }

  /**
   * What is left when it is known that the task makes sense.
   *
   * @param tracees are waited for just before the task is frozen
   */
  static CheckpointResult dump(
      CheckpointOptions options,
      ImageOutput output,
      MmCheckpoint mm,
      PageReader.Provider backend,
      Timeline timeline,
      Tracees tracees,
      LandlockProbe landlock)
      throws IOException {
    TargetIdentity identity = TargetIdentity.of(options.pid());
    try (RemoteMemory memory = RemoteMemory.open(options.pid(), options.hook())) {
      CodeSite site = CodeSite.find(options.pid(), vdso(options.pid()), memory);
      try (Dump dump =
          new Dump(options, output, backend, mm, memory, site, identity, timeline, landlock)) {
        Refusals refusals = new Refusals(options.pid());
        tracees.refuse(refusals);
        refusals.check();
        try (Tracer tracer = Tracer.start(options.pid(), options.hook())) {
          tracer.run(dump::run);
        }
        return dump.finish();
      }
    } catch (UnsupportedStateException | TargetGoneException e) {
      throw e;
    } catch (IOException | NoSuchElementException e) {
      // A target that dies or becomes another program shows in many ways, wherever we are.
      throw identity.explain(e);
    }
  }

  /** Everything that would be refused, as far as it can be seen without stopping the task. */
  public static List<Refusal> obstacles(int pid) throws CkptException {
    return Obstacles.of(pid);
  }

  /** What is seen at once, before the task is stopped for all the rest. */
  private static Refusals survey(int pid) throws CkptException {
    return Obstacles.guarded(
        pid,
        refusals -> {
          Survey.state(pid, refusals);
          Files.preview(pid, refusals);
        });
  }

  /** A task in the middle of an exec has no vdso for a moment. */
  static RemoteMap vdso(int pid) throws CkptException {
    Deadline exec = Deadline.in(EXEC);
    while (true) {
      Optional<RemoteMap> vdso = Vdso.find(ProcFs.of(pid).maps().entries());
      if (vdso.isPresent()) {
        return vdso.get();
      }
      if (exec.passed()) {
        throw new UnsupportedStateException(
            List.of(
                new Refusal(
                    RefusalCode.VDSO_NONE,
                    "[pid " + pid + "] has no vdso",
                    "this task cannot be dumped")));
      }
      exec.pause();
    }
  }
}
