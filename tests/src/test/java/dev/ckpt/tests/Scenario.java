package dev.ckpt.tests;

import dev.ckpt.core.checkpoint.CheckpointSession;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.rstr.PidPolicy;
import dev.ckpt.rstr.RestartOptions;
import dev.ckpt.rstr.RestartedTask;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The ways that a program is taken through dump and restore. */
enum Scenario {
  /** It is dumped and runs on. */
  RUNS_ON {
    @Override
    void run(LiveProgram live, int exitStatus) throws IOException {
      live.dump(live.besides("image"), false);
      live.finish(exitStatus);
    }
  },

  /** It is dumped, ended, and comes back as a child of ours. */
  COMES_BACK {
    @Override
    void run(LiveProgram live, int exitStatus) throws IOException {
      Path image = live.besides("image");
      live.dump(image, true);
      live.restore(image, false);
      live.finish(exitStatus);
    }
  },

  /**
   * It hands over its pages itself; it comes back from the same image twice, its files as then, and
   * the second time before its pages.
   */
  COMES_BACK_TWICE {
    @Override
    void run(LiveProgram live, int exitStatus) throws IOException {
      Path image = live.besides("image");
      live.withBackend("parasite").dump(image, true);
      live.keepFiles("kept");
      live.restore(image, false);
      live.finish(exitStatus);
      live.putFilesBack("kept");
      awaitPages(live.restoreLazily(image, RestartOptions.of(), 0));
      live.finish(exitStatus);
    }
  },

  /** It comes back with its old numbers in a pid namespace of its own. */
  COMES_BACK_IN_NAMESPACE {
    @Override
    void run(LiveProgram live, int exitStatus) throws IOException {
      Path image = live.besides("image");
      live.dump(image, true);
      live.restore(image, RestartOptions.of().withPids(PidPolicy.NAMESPACE));
      live.finish(exitStatus);
    }
  },

  /** It comes back under another pid, or that is refused and nothing is left. */
  COMES_BACK_UNDER_ANOTHER_PID {
    @Override
    void run(LiveProgram live, int exitStatus) throws IOException {
      Path image = live.besides("image");
      live.dump(image, true);
      try {
        live.restore(image, RestartOptions.of().withPids(PidPolicy.NEW));
      } catch (UnsupportedStateException e) {
        if (e.code() != RefusalCode.NEW_PID) {
          throw e;
        }
        live.awaitGone();
        return;
      }
      live.withNewPid().finish(exitStatus);
    }
  },

  /** It is restored, works, and is dumped and restored once more. */
  GOES_ROUND {
    @Override
    void run(LiveProgram live, int exitStatus) throws IOException {
      Path first = live.besides("first");
      live.dump(first, true);
      live.restore(first, true);
      Await.pause(WORK_MILLIS);
      Path second = live.besides("second");
      live.dump(second, true);
      live.restore(second, false);
      live.finish(exitStatus);
    }
  },

  /** It comes back from an image that builds on another, and that on a third. */
  COMES_BACK_FROM_CHAIN {
    @Override
    void run(LiveProgram live, int exitStatus) throws IOException {
      Path last = live.besides("last");
      try (CheckpointSession session = CheckpointSession.open(live.pid())) {
        live.dump(session, live.besides("first"), false);
        Await.pause(WORK_MILLIS);
        live.dump(session, live.besides("second"), false);
        Await.pause(WORK_MILLIS);
        live.dump(session, last, true);
      }
      live.restore(last, false);
      live.finish(exitStatus);
    }
  };

  /** Those in which it is ended and comes back. */
  static final List<Scenario> RESTORES =
      List.of(COMES_BACK, COMES_BACK_TWICE, GOES_ROUND, COMES_BACK_FROM_CHAIN);

  private static final int WORK_MILLIS = 50;

  /** It sleeps; as long as pages are missing it would see that in /proc. */
  private static void awaitPages(RestartedTask task) throws IOException {
    if (task.server().isPresent() && !task.server().get().await(LONG)) {
      throw new AssertionError("not there: " + task.server().get().progress());
    }
  }

  private static final Duration LONG = Duration.ofSeconds(60);

  /** Takes a program that has said ready through all of it, to its end. */
  abstract void run(LiveProgram live, int exitStatus) throws IOException;
}
