package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Scheduler;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.CpuList;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Sched;
import dev.ckpt.rstr.RestartedTask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How a task is scheduled comes from its image, and not from the ckpt that restores it. */
@Tag("live")
class SchedulingLiveTest {
  private static final int CPU_OF_ANOTHER_MACHINE = 8000;
  private static final int BEST_EFFORT_6 = 2 << Scheduler.IOPRIO_CLASS_SHIFT | 6;

  private interface Work {
    void run() throws IOException;
  }

  /** Does work in a thread of its own whose scheduling may be changed, and passes on its end. */
  private static void inOwnThread(Work work) throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try {
      Future<?> done =
          executor.submit(
              () -> {
                work.run();
                return null;
              });
      done.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error) {
        throw (Error) e.getCause();
      }
      throw (Exception) e.getCause();
    } finally {
      executor.shutdownNow();
    }
  }

  private static LiveProgram dumped(Path[] image) throws IOException {
    LiveProgram live = LiveProgram.start(new Programs.Program("counter_loop", "save", 0));
    live.awaitReady();
    image[0] = live.besides("image");
    live.dump(image[0], true);
    return live;
  }

  @Test
  void ckptDoesNotPassItsOwnOn() throws Exception {
    assumeTrue(Tasks.effectiveUser() == 0, "needs root, to be less nice than we are");
    inOwnThread(
        () -> {
          Path[] image = new Path[1];
          try (LiveProgram live = dumped(image)) {
            int self = Tasks.selfThread();
            BitSet first = CpuList.allowed(ProcFs.of(Tasks.self()).status(self)).cpus();
            final CpuList all = new CpuList(first);
            first.clear(first.nextSetBit(0) + 1, first.length());
            Scheduler.setAffinity(self, new CpuList(first).toMask());
            Scheduler.setAttr(self, Scheduler.attr(self).ordinary(5));
            Scheduler.setIoprio(self, BEST_EFFORT_6);

            live.restore(image[0], false);

            ProcFs restored = ProcFs.of(live.pid());
            assertEquals(all, CpuList.allowed(restored.status()));
            assertEquals(0, restored.stat().nice());
            assertEquals(0, Scheduler.ioprio(live.pid()) >>> Scheduler.IOPRIO_CLASS_SHIFT);
            live.finish(0);
          }
        });
  }

  private static ImageRecord boundTo(ImageRecord content, int... cpus) {
    if (!(content instanceof Sched)) {
      return content;
    }
    Sched sched = (Sched) content;
    return new Sched(
        sched.tid(),
        sched.policy(),
        sched.nice(),
        sched.rtPriority(),
        sched.schedFlags(),
        sched.runtimeNanos(),
        sched.deadlineNanos(),
        sched.periodNanos(),
        sched.utilMin(),
        sched.utilMax(),
        sched.ioprio(),
        sched.timerSlackNanos(),
        ByteString.of(only(cpus).toByteArray()));
  }

  private static BitSet only(int... cpus) {
    BitSet bits = new BitSet();
    for (int cpu : cpus) {
      bits.set(cpu);
    }
    return bits;
  }

  private static int someCpu() throws IOException {
    return CpuList.allowed(ProcFs.of(Tasks.self()).status()).cpus().nextSetBit(0);
  }

  @Test
  void refusesCpusOfWhichNoneIsHere() throws IOException {
    Path[] image = new Path[1];
    try (LiveProgram live = dumped(image)) {
      Path other =
          ChangedImage.of(
              image[0], live.besides("other"), content -> boundTo(content, CPU_OF_ANOTHER_MACHINE));
      UnsupportedStateException e =
          assertThrows(UnsupportedStateException.class, () -> live.restore(other, false));
      assertEquals(List.of("AFFINITY"), e.refusals().stream().map(r -> r.code().name()).toList());
      live.awaitGone();
      live.restore(image[0], false);
      live.finish(0);
    }
  }

  @Test
  void tellsOfCpusOfWhichSomeAreHere() throws IOException {
    Path[] image = new Path[1];
    try (LiveProgram live = dumped(image)) {
      int cpu = someCpu();
      Path other =
          ChangedImage.of(
              image[0],
              live.besides("other"),
              content -> boundTo(content, cpu, CPU_OF_ANOTHER_MACHINE));
      RestartedTask task = live.restore(other, false);
      assertTrue(
          task.notes().stream().anyMatch(note -> note.startsWith("affinity: ")),
          task.notes().toString());
      BitSet allowed = CpuList.allowed(ProcFs.of(live.pid()).status()).cpus();
      assertEquals(only(cpu), allowed);
    }
  }
}
