package dev.ckpt.core.checkpoint;

import dev.ckpt.core.backend.PageReader;
import dev.ckpt.core.checkpoint.file.Files;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.core.image.ImagePipeOutput;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.thread.Outcome;
import dev.ckpt.core.thread.SideThread;
import dev.ckpt.core.timing.Timeline;
import dev.ckpt.core.tracee.Stub;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.NoSuchElementException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A dump of nothing into nowhere, before the first real one in a JVM.
 *
 * <p>Loading some hundred classes takes a cold JVM a tenth of a second. They are loaded here, while
 * the target still runs, and not while it is frozen. The only state kept is that it was done.
 * Beside it the files of the target itself are surveyed, of kinds that no stub has.
 *
 * <p>A kernel that is too old shows here too, before the target is touched.
 */
final class Rehearsal {
  private static final AtomicBoolean DONE = new AtomicBoolean();
  private static final System.Logger LOG = System.getLogger(Rehearsal.class.getName());

  private Rehearsal() {}

  /**
   * Does it, unless it was done.
   *
   * @param pid the target
   * @throws UnsupportedStateException when this kernel does not tell what an image must have
   */
  static void once(int pid, PageReader.Provider backend) throws UnsupportedStateException {
    if (DONE.get()) {
      return;
    }
    Future<Void> survey = SideThread.once("foreteller-" + pid, () -> surveyFiles(pid));
    try (Fd nowhere = Fd.open("/dev/null", Fcntl.O_RDWR);
        Stub stub = Stub.start(nowhere.number());
        Fd sink = Fd.open("/dev/null", Fcntl.O_WRONLY);
        ImageOutput output = new ImagePipeOutput(sink);
        MmCheckpoint mm = MmCheckpoint.provider().create();
        LandlockProbe landlock = LandlockProbe.beside(stub.pid())) {
      CheckpointOptions options = CheckpointOptions.of(stub.pid()).withSync(false);
      Checkpoint.dump(options, output, mm, backend, Timeline.begin(), Tracees.NONE, landlock);
    } catch (UnsupportedStateException e) {
      if (e.code() == RefusalCode.KERNEL_TOO_OLD) {
        throw e;
      }
      endedEarly(e);
    } catch (IOException e) {
      endedEarly(e);
    }
    try {
      Outcome.of(survey);
    } catch (IOException | NoSuchElementException e) {
      // The second of a target that becomes another program while it is looked at.
      endedEarly(e);
    }
    DONE.set(true);
  }

  /** What it sees is of no interest: the target still runs. */
  private static Void surveyFiles(int pid) throws CkptException {
    try (SurveyContext target = new SurveyContext(CheckpointOptions.of(pid), new Refusals(pid))) {
      Files.foretell(target);
    }
    return null;
  }

  /** Whatever else is wrong, the real dump will meet it and say so; this one is for speed. */
  private static void endedEarly(Exception e) {
    LOG.log(Level.DEBUG, "rehearsal ended early", e);
  }
}
