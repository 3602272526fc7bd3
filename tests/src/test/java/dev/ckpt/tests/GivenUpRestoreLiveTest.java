package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.checkpoint.EmbedRule;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.SysvSegment;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.rstr.PidPolicy;
import dev.ckpt.rstr.RestartOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A restore that is given up at any of its phases leaves nothing, and can be had again. */
@Tag("live")
class GivenUpRestoreLiveTest {
  /** Of those that a restore has, all but the one in which the task is let go. */
  private static final List<String> PHASES =
      List.of(
          "read",
          "check",
          "stub",
          "birth",
          "settle",
          "map",
          "pages",
          "memory",
          "files",
          "threads",
          "registers",
          "finish");

  /** Notes the phases, and gives up at the end of one. */
  private static final class GiveUp implements RestartOptions.Gate {
    private final int when;
    private final CkptException reason = new CkptException(FailureCode.INTERRUPTED, "given up");
    private int passed;

    GiveUp(int when) {
      this.when = when;
    }

    @Override
    public void pass() throws CkptException {
      passed++;
      if (passed == when) {
        throw reason;
      }
    }

    @Override
    public void commit() {}
  }

  /** Each has something that does not go with the task. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "threads",
        "sysv_shm",
        "sysv_shm removed",
        "embedded",
        "deleted_folder",
        "fd_unlinked",
        "unix_named"
      })
  void leavesNothing(String name) throws IOException {
    try (LiveProgram live = LiveProgram.start(new Programs.Program(name, "save", 0))) {
      live.awaitReady();
      Path image = live.besides("image");
      EmbedRule rule = new EmbedRule(false, List.of(live.folder() + "/*"));
      live.dump(CheckpointOptions.of(live.pid()).withStop(true).withEmbed(rule), image);
      if (name.equals("embedded")) {
        Files.delete(live.folder().resolve("status.data"));
        Files.delete(live.folder().resolve("status.conf"));
      }
      List<String> files = files(live);
      List<Integer> segments = segments(live);
      List<Integer> children = Namespaced.children();
      for (int when = 1; when <= PHASES.size(); when++) {
        String phase = PHASES.get(when - 1);
        for (PidPolicy pids : policies(name)) {
          GiveUp gate = new GiveUp(when);
          RestartOptions options =
              RestartOptions.of().withDetach(when % 2 == 0).withPids(pids).withGate(gate);
          assertSame(
              gate.reason,
              assertThrows(CkptException.class, () -> live.restore(image, options)),
              phase);
          assertFalse(Signals.exists(live.pid()), "a task at " + phase);
          assertEquals(children, Namespaced.children(), phase);
          assertEquals(files, files(live), phase);
          assertEquals(segments, segments(live), phase);
        }
      }
      live.restore(image, false);
      live.finish(0);
    }
  }

  /** A task of several threads cannot have another pid. */
  private static List<PidPolicy> policies(String name) {
    return name.equals("threads")
        ? List.of(PidPolicy.OLD, PidPolicy.NAMESPACE)
        : List.of(PidPolicy.values());
  }

  /** All there is in its folder and below. */
  private static List<String> files(LiveProgram live) throws IOException {
    try (Stream<Path> files = Files.walk(live.folder())) {
      return files.map(Path::toString).sorted().toList();
    }
  }

  private static List<Integer> segments(LiveProgram live) throws IOException {
    List<Integer> ids = new ArrayList<>();
    for (SysvSegment segment : ProcFs.sysvShm()) {
      if (segment.cpid() == live.pid()) {
        ids.add(segment.id());
      }
    }
    return ids;
  }
}
