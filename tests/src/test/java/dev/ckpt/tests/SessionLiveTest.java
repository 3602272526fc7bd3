package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.checkpoint.CheckpointResult;
import dev.ckpt.core.checkpoint.CheckpointSession;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.core.kernel.NewerFeature;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.TouchHook;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.error.FailureCode;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.record.Header;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Dumps of one task upon each other, and what stands in their way. */
@Tag("live")
class SessionLiveTest {
  private static final String WITHOUT = "ckpt.kernel.without";

  @AfterEach
  void showTheKernel() {
    System.clearProperty(WITHOUT);
  }

  private static LiveProgram start(String name, String category) throws IOException {
    LiveProgram live = LiveProgram.start(new Programs.Program(name, category, 0));
    live.awaitReady();
    return live;
  }

  private static UUID parentOf(Path image) throws IOException {
    try (ImageFile file = ImageFile.open(image)) {
      file.verify();
      return file.header().parentUuid();
    }
  }

  private static boolean isWatched(LiveProgram live) throws IOException {
    return ProcFs.of(live.pid()).smaps().entries().stream().anyMatch(vma -> vma.hasFlag("uw"));
  }

  @Test
  void buildsOnTheImageBefore() throws IOException {
    try (LiveProgram live = start("bigmem 64", "save");
        CheckpointSession session = CheckpointSession.open(live.pid())) {
      CheckpointResult first = live.dump(session, live.besides("first"), false);
      CheckpointResult second = live.dump(session, live.besides("second"), false);
      assertEquals(Header.NO_PARENT, parentOf(live.besides("first")));
      assertEquals(first.uuid(), parentOf(live.besides("second")));
      assertEquals(0, first.keptPages());
      assertTrue(second.keptPages() > 16_000, "kept " + second.keptPages());
      assertTrue(second.imageBytes() < first.imageBytes() / 20, "bytes " + second.imageBytes());
      assertEquals(Optional.empty(), session.whyWhole());
      live.finish(0);
    }
  }

  @Test
  void leavesNothingBehindInTheTask() throws IOException {
    try (LiveProgram live = start("bigmem 64", "save")) {
      long nrFds = nrFds(live);
      try (CheckpointSession session = CheckpointSession.open(live.pid())) {
        live.dump(session, live.besides("first"), false);
        assertEquals(nrFds, nrFds(live));
        assertTrue(isWatched(live));
      }
      assertFalse(isWatched(live));
      live.dump(live.besides("plain"), false);
      live.finish(0);
    }
  }

  private static long nrFds(LiveProgram live) throws IOException {
    try (var fds = Files.list(Path.of("/proc/" + live.pid() + "/fd"))) {
      return fds.count();
    }
  }

  /** The second one is refused and harms neither the task nor the first. */
  @Test
  void twoAtOnce() throws IOException {
    try (LiveProgram live = start("bigmem 64", "save");
        CheckpointSession first = CheckpointSession.open(live.pid());
        CheckpointSession second = CheckpointSession.open(live.pid())) {
      live.dump(first, live.besides("first"), false);
      UnsupportedStateException e =
          assertThrows(
              UnsupportedStateException.class,
              () -> live.dump(second, live.besides("other"), false));
      assertEquals(RefusalCode.USERFAULTFD, e.code());
      assertFalse(Files.exists(live.besides("other")));
      assertTrue(live.dump(first, live.besides("second"), false).keptPages() > 16_000);
      live.finish(0);
    }
  }

  /** What was written before it is in no image, so the next one has everything. */
  @Test
  void aDumpThatFails() throws IOException {
    try (LiveProgram live = start("bigmem 64", "save");
        CheckpointSession session = CheckpointSession.open(live.pid())) {
      live.dump(session, live.besides("first"), false);
      CheckpointOptions options = CheckpointOptions.of(live.pid());
      try (ImageOutput output = new Full(ImageFileOutput.create(live.besides("full"), false))) {
        assertThrows(IOException.class, () -> session.dump(options, output, live.besides("full")));
      }
      assertFalse(Files.exists(live.besides("full")));
      assertEquals(0, live.dump(session, live.besides("second"), false).keptPages());
      assertEquals(Optional.of("the dump before came to nothing"), session.whyWhole());
      assertTrue(live.dump(session, live.besides("third"), true).keptPages() > 16_000);
      live.restore(live.besides("third"), false);
      live.finish(0);
    }
  }

  /** One that comes to nothing before anything was looked at does not count. */
  @Test
  void aDumpThatIsRefusedAtOnce() throws IOException {
    try (LiveProgram live = start("bigmem 64", "save");
        CheckpointSession session = CheckpointSession.open(live.pid())) {
      live.dump(session, live.besides("first"), false);
      assertThrows(
          UnsupportedStateException.class, () -> live.dump(session, live.besides("first"), false));
      assertTrue(live.dump(session, live.besides("second"), false).keptPages() > 16_000);
      live.finish(0);
    }
  }

  @Test
  void aKernelThatDoesNotTell() throws IOException {
    for (NewerFeature feature :
        new NewerFeature[] {NewerFeature.UFFD_FEATURE_WP_ASYNC, NewerFeature.PAGEMAP_SCAN}) {
      System.setProperty(WITHOUT, feature.name());
      try (LiveProgram live = start("bigmem 64", "save");
          CheckpointSession session = CheckpointSession.open(live.pid())) {
        live.dump(session, live.besides("first"), false);
        live.dump(session, live.besides("second"), true);
        assertEquals(Header.NO_PARENT, parentOf(live.besides("second")));
        assertTrue(session.whyWhole().orElseThrow().contains(feature.name()));
        live.restore(live.besides("second"), false);
        live.finish(0);
      }
    }
  }

  /** Then the memory is another one. */
  @Test
  void aTaskThatExecutesAnotherProgram() throws IOException {
    try (LiveProgram live = start("engine/execer leader", "engine");
        CheckpointSession session = CheckpointSession.open(live.pid())) {
      for (int i = 0, nrDumps = 0; nrDumps < 6; i++) {
        Path image = live.besides("image-" + i);
        try {
          live.dump(session, image, false);
          nrDumps++;
        } catch (TargetGoneException e) {
          assertFalse(Files.exists(image));
        }
        Await.pause(30);
      }
      live.finish(0);
    }
  }

  @Test
  void aTaskThatEnds() throws IOException {
    try (LiveProgram live = start("bigmem 64", "save");
        CheckpointSession session = CheckpointSession.open(live.pid())) {
      live.dump(session, live.besides("first"), false);
      Signals.kill(live.pid(), Signals.SIGKILL);
      live.awaitExit();
      CkptException e =
          assertThrows(
              CkptException.class, () -> live.dump(session, live.besides("second"), false));
      assertEquals(RefusalCode.TASK_NONE, e.code());
      assertFalse(Files.exists(live.besides("second")));
    }
  }

  /** Its pages are of many moments: only what builds on it comes back. */
  @Test
  void aPreDump() throws IOException {
    try (LiveProgram live = start("bigmem 64", "save");
        CheckpointSession session = CheckpointSession.open(live.pid())) {
      assertEquals(0, preDump(session, live, TouchHook.NONE).keptPages());
      assertTrue(live.dump(session, live.besides("last"), true).keptPages() > 16_000);
      CkptException e =
          assertThrows(CkptException.class, () -> live.restore(live.besides("pre"), false));
      assertEquals(RefusalCode.PRE_DUMP, e.code());
      assertFalse(Files.exists(Path.of("/proc/" + live.pid())));
      live.restore(live.besides("last"), false);
      live.finish(0);
    }
  }

  private static CheckpointResult preDump(
      CheckpointSession session, LiveProgram live, TouchHook hook) throws IOException {
    CheckpointOptions options = CheckpointOptions.of(live.pid()).withSync(false).withHook(hook);
    try (ImageOutput output = ImageFileOutput.create(live.besides("pre"), false)) {
      return session.preDump(options, output, live.besides("pre"));
    }
  }

  @Test
  void aPreDumpWhereTheKernelDoesNotTell() throws IOException {
    System.setProperty(WITHOUT, NewerFeature.UFFD_FEATURE_WP_ASYNC.name());
    try (LiveProgram live = start("bigmem 64", "save");
        CheckpointSession session = CheckpointSession.open(live.pid())) {
      UnsupportedStateException e =
          assertThrows(
              UnsupportedStateException.class, () -> preDump(session, live, TouchHook.NONE));
      assertEquals(RefusalCode.WRITES_UNSEEN, e.code());
      live.finish(0);
    }
  }

  @Test
  void aTaskThatEndsWhileItIsCopied() throws IOException {
    try (LiveProgram live = start("bigmem 64", "save");
        CheckpointSession session = CheckpointSession.open(live.pid())) {
      CkptException e =
          assertThrows(
              CkptException.class, () -> preDump(session, live, new KilledWhenThawed(live.pid())));
      assertEquals(FailureCode.TARGET_GONE, e.code());
      assertFalse(Files.exists(live.besides("pre")));
    }
  }

  private record KilledWhenThawed(int pid) implements TouchHook {
    @Override
    public void before(String call) {}

    @Override
    public void after(String call) {}

    @Override
    public void phase(String name) {
      if (name.equals("thaw")) {
        try {
          Signals.kill(pid, Signals.SIGKILL);
        } catch (CkptException e) {
          throw new AssertionError(e);
        }
      }
    }
  }

  /** Nothing is created when what an image builds on is not there, or is another one. */
  @Test
  void aParentThatIsMissing() throws IOException {
    try (LiveProgram live = start("bigmem 64", "save")) {
      try (CheckpointSession session = CheckpointSession.open(live.pid())) {
        live.dump(session, live.besides("first"), false);
        live.dump(session, live.besides("second"), true);
      }
      Path kept = Files.move(live.besides("first"), live.besides("kept"));
      assertEquals(FailureCode.PARENT_MISSING, restoreFails(live));
      Files.copy(live.besides("second"), live.besides("first"));
      assertEquals(FailureCode.PARENT_OTHER, restoreFails(live));
      Files.delete(live.besides("first"));
      byte[] cut = Files.readAllBytes(kept);
      Files.write(live.besides("first"), java.util.Arrays.copyOf(cut, cut.length - 8));
      assertEquals(FailureCode.IMAGE_CORRUPT, restoreFails(live));
      cut[cut.length / 2] ^= 1;
      Files.write(live.besides("first"), cut);
      assertEquals(FailureCode.IMAGE_CORRUPT, restoreFails(live));
      cut[cut.length / 2] ^= 1;
      Files.write(live.besides("first"), cut);
      live.restore(live.besides("second"), false);
      live.finish(0);
    }
  }

  private static Code restoreFails(LiveProgram live) {
    CkptException e =
        assertThrows(CkptException.class, () -> live.restore(live.besides("second"), false));
    assertFalse(Files.exists(Path.of("/proc/" + live.pid())));
    return e.code();
  }

  /** A disk that is full when all was written. */
  private record Full(ImageFileOutput file) implements ImageOutput {
    @Override
    public WritableByteChannel channel() {
      return new WritableByteChannel() {
        @Override
        public int write(ByteBuffer from) throws IOException {
          return file.channel().write(from);
        }

        @Override
        public boolean isOpen() {
          return true;
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public void sync() throws IOException {
      throw new IOException("the disk is full");
    }

    @Override
    public void publish() {
      throw new AssertionError("published");
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
