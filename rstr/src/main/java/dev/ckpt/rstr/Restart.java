package dev.ckpt.rstr;

import dev.ckpt.core.backend.FaultServer;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.timing.Timeline;
import dev.ckpt.core.tracee.Stub;
import dev.ckpt.core.tracee.Tracer;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.FoldedPages;
import dev.ckpt.format.ImageChain;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.PreDump;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings a task back from an image.
 *
 * <p>Threading: any thread; the work is done on a tracer thread of its own. Blocks until the task
 * runs. When it throws, nothing is left behind.
 */
public final class Restart {
  private static final int INHERIT_STDIO = -1;

  private Restart() {}

  /**
   * Reads the whole image, checks all of it that can be checked beforehand, rebuilds the task and
   * lets it go.
   *
   * @param image from its first byte; closed by the caller
   * @throws UnsupportedStateException when it cannot be restored here; everything wrong is listed,
   *     nothing was created
   * @throws CkptException when the image is damaged or anything else fails
   */
  public static RestartedTask restore(RestartOptions options, ReadableByteChannel image)
      throws IOException {
    Timeline timeline =
        Timeline.begin(
            phase -> {
              options.hook().phase(phase);
              options.gate().pass();
            });
    try (ImageReader reader = new ImageReader(image, options.keys(), PagesByTurns.NR_KEPT);
        InheritedFds inherited = new InheritedFds()) {
      ImageState saved = ImageState.read(reader);
      refusePreDump(saved);
      TaskRules.check(saved);
      ImageState state = inherited.replace(saved, options.inheritFds());
      if (options.lazy().isPresent()) {
        if (reader.seal().isPresent()) {
          throw LazyMemory.refused("the image is sealed", "restore it with all its pages");
        }
        try (LazyMemory lazy = LazyMemory.open(options, saved)) {
          timeline.end("read");
          return restore(options, state, lazy, inherited, timeline);
        }
      }
      if (options.mapped().isPresent()) {
        if (reader.seal().isPresent()) {
          throw MappedMemory.refused("the image is sealed", "restore it with all its pages");
        }
        try (MappedMemory mapped = MappedMemory.open(options.mapped().get(), saved)) {
          timeline.end("read");
          return restore(options, state, mapped, inherited, timeline);
        }
      }
      try (ImageChain chain = ImageChain.open(saved, options.parents())) {
        timeline.end("read");
        FoldedPages pages = new FoldedPages(reader, chain);
        return restore(options, state, new EagerMemory(pages), inherited, timeline);
      }
    }
  }

  private static void refusePreDump(ImageState state) throws UnsupportedStateException {
    if (!state.all(PreDump.class).isEmpty()) {
      throw new UnsupportedStateException(
          List.of(
              new Refusal(
                  RefusalCode.PRE_DUMP,
                  "the image is of a pre-dump",
                  "restore an image that builds on it")));
    }
  }

  private static RestartedTask restore(
      RestartOptions options,
      ImageState state,
      NewMemory memory,
      InheritedFds inherited,
      Timeline timeline)
      throws IOException {
    Checks checks = new Checks(state, options);
    checks.run();
    timeline.end("check");
    Restore restore = new Restore(checks, memory, timeline);
    try (Stub stub = Stub.start(INHERIT_STDIO);
        Tracer tracer = Tracer.start(state.task().pid(), options.hook())) {
      tracer.run(thread -> restore.run(thread, stub));
    }
    memory.server().ifPresent(FaultServer::taskRuns);
    inherited.keep();
    List<String> notes = new ArrayList<>(checks.notes());
    notes.addAll(restore.notes());
    return new RestartedTask(
        restore.pid(),
        timeline.wallNanos(),
        timeline.phases(),
        restore.nrPages(),
        memory.server(),
        notes,
        restore.job());
  }
}
