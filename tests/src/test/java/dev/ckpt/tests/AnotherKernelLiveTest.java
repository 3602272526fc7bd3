package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.NewerFeature;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.MapsEntry;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.tracee.RemoteMap;
import dev.ckpt.core.tracee.Vdso;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.CpuX86_64;
import dev.ckpt.rstr.RestartedTask;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A task goes on where the kernel has another vdso.
 *
 * <p>A test cannot boot another kernel. But an image with another vdso tells of a machine that had
 * such a one. The C library has noted where the functions of this kernel's are: it is asked for the
 * time where only the build id differs. Where the vdso is wholly another, only what looks up its
 * functions after the restore can use it.
 */
@Tag("live")
class AnotherKernelLiveTest {
  private static final String WITHOUT = "ckpt.kernel.without";
  private static final int PAGE = 4096;
  private static final int MANY = 10;
  private static final int WORK_MILLIS = 50;

  @AfterEach
  void hideNothing() {
    System.clearProperty(WITHOUT);
  }

  private static LiveProgram start(String name) throws IOException {
    LiveProgram live = LiveProgram.start(new Programs.Program(name, "save", 0));
    live.awaitReady();
    return live;
  }

  private static RemoteMap vdso(LiveProgram live) throws IOException {
    return Vdso.find(ProcFs.of(live.pid()).maps().entries()).orElseThrow();
  }

  /** Ends it with an image of itself, in which another vdso is what it had. */
  private static Path dump(LiveProgram live, byte[] vdso) throws IOException {
    Path image = Files.createTempFile(live.folder().getParent(), "image", "");
    Files.delete(image);
    live.dump(image, true);
    return ChangedVdso.of(image, Path.of(image + "-changed"), vdso);
  }

  /** Brings it back, and expects that the old vdso is memory of its own now. */
  private static RestartedTask restore(LiveProgram live, Path image, RemoteMap old)
      throws IOException {
    RestartedTask restored = live.restore(image, false);
    assertEquals(1, restored.notes().stream().filter(note -> note.startsWith("vdso: ")).count());
    MapsEntry kept = ProcFs.of(live.pid()).maps().find(old.address()).orElseThrow();
    assertEquals("", kept.name().toString());
    assertEquals(MapsEntry.PROT_READ | MapsEntry.PROT_EXEC, kept.prot());
    assertNotEquals(old.address(), vdso(live).address());
    return restored;
  }

  @Test
  void goesFromBuildToBuild() throws IOException {
    try (LiveProgram live = start("vdso_calls")) {
      for (int nr = 1; nr <= 3; nr++) {
        RemoteMap old = vdso(live);
        restore(live, dump(live, ChangedVdso.ofAnotherBuild(nr)), old);
        Await.pause(WORK_MILLIS);
      }
      // Where the vdso is the same again, that of the last restore stays, and so do its ancestors.
      Path same = live.besides("same");
      live.dump(same, true);
      assertEquals(List.of(), live.restore(same, false).notes());
      live.finish(0);
    }
  }

  @Test
  void findsItsWayFromAKernelOfDebians() throws IOException {
    byte[] debians = DebianVdso.content();
    try (LiveProgram live = start("vdso_calls late")) {
      RemoteMap old = vdso(live);
      restore(live, dump(live, debians), old);
      live.finish(0);
    }
  }

  @Test
  void findsItsWayFromASmallerOne() throws IOException {
    byte[] debians = DebianVdso.content();
    try (LiveProgram live = start("vdso_calls late")) {
      RemoteMap old = vdso(live);
      restore(live, dump(live, Arrays.copyOf(debians, PAGE)), old);
      live.finish(0);
    }
  }

  @Test
  void makesTheCallWhereTheFunctionIsMissing() throws IOException {
    System.setProperty(WITHOUT, NewerFeature.VDSO_GETRANDOM.name());
    try (LiveProgram live = start("vdso_calls")) {
      RemoteMap old = vdso(live);
      restore(live, dump(live, ChangedVdso.ofAnotherBuild(1)), old);
      live.finish(0);
    }
  }

  @Test
  void isAnotherBootAsAWhole() throws IOException {
    assumeTrue(Tasks.effectiveUser() == 0, "needs root, to make time namespaces");
    assumeTrue(Files.exists(Path.of("/proc/self/ns/time")), "this kernel has no time namespaces");
    try (LiveProgram live = start("vdso_calls ns")) {
      RemoteMap old = vdso(live);
      Path image = dump(live, ChangedVdso.ofAnotherBuild(1));
      Path booted =
          ChangedImage.of(image, live.besides("booted"), AnotherBootLiveTest::ofAnotherBoot);
      RestartedTask restored = restore(live, booted, old);
      assertEquals(1, restored.notes().stream().filter(note -> note.startsWith("clock: ")).count());
      live.finish(0);
    }
  }

  /**
   * By chance all three would be out of it in one dump of eight. On a machine that is busy they may
   * not get out of it in time, now and then.
   */
  @Test
  void threadsAreOutOfItWhenDumped() throws IOException {
    try (LiveProgram live = start("vdso_spin")) {
      RemoteMap old = vdso(live);
      List<Path> out = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        Path image = live.besides("image" + i);
        live.dump(image, false);
        if (allAreOutOf(old, image)) {
          out.add(image);
        }
      }
      assertTrue(out.size() > MANY / 2, "out of it in " + out.size() + " of " + MANY + " dumps");
      Path image = out.get(out.size() - 1);
      Signals.kill(live.pid(), Signals.SIGKILL);
      live.awaitGone();
      Path changed = ChangedVdso.of(image, live.besides("changed"), ChangedVdso.ofAnotherBuild(1));
      restore(live, changed, old);
      live.finish(0);
    }
  }

  @Test
  void isRefusedInAHandlerThatHasInterruptedIt() throws IOException {
    try (LiveProgram live = start("vdso_interrupted")) {
      Path image = live.besides("image");
      live.dump(image, true);
      Path changed = ChangedVdso.of(image, live.besides("changed"), ChangedVdso.ofAnotherBuild(1));
      String said =
          assertThrows(UnsupportedStateException.class, () -> live.restore(changed, false))
              .getMessage();
      assertEquals(
          "VDSO_DIFFERS: thread "
              + live.pid()
              + " is in a signal handler that has interrupted the vdso: restore it on the kernel"
              + " build it was dumped on",
          said);
      assertFalse(Files.exists(Path.of("/proc/" + live.pid())));
      live.restore(image, false);
      live.finish(0);
    }
  }

  private static boolean allAreOutOf(RemoteMap vdso, Path image) throws IOException {
    try (FileChannel channel = FileChannel.open(image);
        ImageReader reader = new ImageReader(channel)) {
      return ImageState.read(reader).all(CpuX86_64.class).stream()
          .noneMatch(cpu -> vdso.contains(new UserRegs(cpu.regs()).ip()));
    }
  }
}
