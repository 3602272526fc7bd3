package dev.ckpt.core.checkpoint;

import dev.ckpt.core.backend.PageReader;
import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.core.image.ImagePipeOutput;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.tracee.Stub;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A dump of nothing into nowhere, before the first real one in a JVM.
 *
 * <p>Loading some hundred classes takes a cold JVM a tenth of a second. They are loaded here, while
 * the target still runs, and not while it is frozen. The only state kept is that it was done.
 */
final class Rehearsal {
  private static final AtomicBoolean DONE = new AtomicBoolean();
  private static final System.Logger LOG = System.getLogger(Rehearsal.class.getName());

  private Rehearsal() {}

  static void once(PageReader.Provider backend) {
    if (DONE.getAndSet(true)) {
      return;
    }
    try (Fd nowhere = Fd.open("/dev/null", Fcntl.O_RDWR);
        Stub stub = Stub.start(nowhere.number());
        Fd sink = Fd.open("/dev/null", Fcntl.O_WRONLY);
        ImageOutput output = new ImagePipeOutput(sink)) {
      CheckpointOptions options = CheckpointOptions.of(stub.pid()).withSync(false);
      Checkpoint.dump(options, output, backend, System.nanoTime());
    } catch (IOException e) {
      // Whatever is wrong, the real dump will meet it and say so; this one is for speed only.
      LOG.log(Level.DEBUG, "rehearsal ended early", e);
    }
  }
}
