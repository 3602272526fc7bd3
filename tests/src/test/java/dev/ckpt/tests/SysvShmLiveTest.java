package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Files;
import dev.ckpt.core.kernel.SysvIpc;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.SysvSegment;
import dev.ckpt.error.CkptException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Segments of System V shared memory outlive their tasks, so a restore must clean up after it. */
@Tag("live")
class SysvShmLiveTest {
  private static LiveProgram start(String name) throws IOException {
    LiveProgram live = LiveProgram.start(new Programs.Program(name, "save", 0));
    live.awaitReady();
    return live;
  }

  private static List<SysvSegment> of(LiveProgram live) throws CkptException {
    return ProcFs.sysvShm().stream().filter(segment -> segment.cpid() == live.pid()).toList();
  }

  /** The end of the image is missing, which shows only when the segment was made already. */
  @Test
  void aRestoreThatFailsLeavesNoSegment() throws IOException {
    try (LiveProgram live = start("sysv_shm removed")) {
      Path image = live.besides("image");
      live.dump(image, true);
      assertEquals(List.of(), of(live));
      try (Fd file = Fd.open(image.toString(), Fcntl.O_RDWR)) {
        Files.truncate(file, image.toFile().length() - 1);
      }
      assertThrows(CkptException.class, () -> live.restore(image, false));
      assertEquals(List.of(), of(live));
    }
  }

  @Test
  void aSegmentThatIsGoneComesBackWithItsId() throws IOException {
    try (LiveProgram live = start("sysv_shm")) {
      Path image = live.besides("image");
      live.dump(image, true);
      SysvSegment left = of(live).get(0);
      SysvIpc.removeShm(left.id());
      live.restore(image, false);
      SysvSegment again = of(live).get(0);
      assertEquals(left.id(), again.id());
      assertEquals(left.key(), again.key());
      live.finish(0);
      assertEquals(List.of(), of(live));
    }
  }

  @Test
  void aSegmentThatWasChangedIsAnotherOne() throws IOException {
    try (LiveProgram first = start("sysv_shm kept")) {
      Path image = first.besides("image");
      first.dump(image, true);
      SysvSegment left = of(first).get(0);
      SysvIpc.removeShm(left.id());
      // Made anew, and left by the program, with a time of its own.
      first.restore(image, false);
      first.finish(0);
      SysvSegment newer = of(first).get(0);
      if (newer.ctimeSeconds() != left.ctimeSeconds()) {
        UnsupportedStateException refused =
            assertThrows(UnsupportedStateException.class, () -> first.restore(image, false));
        assertEquals("SYSV_SHM_TAKEN", refused.refusals().get(0).code().name());
      }
      assertEquals(List.of(newer), of(first));
    }
  }
}
