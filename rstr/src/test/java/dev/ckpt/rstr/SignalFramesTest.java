package dev.ckpt.rstr;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.tracee.RemoteMap;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SignalFramesTest {
  private static final long STACK = 0x7f00_0000_0000L;
  private static final long END = STACK + 0x4000;
  private static final RemoteMap CODE = new RemoteMap(0x7fff_0000_0000L, 0x1000);
  private static final long IP = CODE.address() + 0x123;
  private static final long FLAGS = 0x246;
  private static final long SEGMENTS = 0x002b_0000_0000_0033L;
  private static final int PAGE = 4096;

  private HandMade image;

  @BeforeEach
  void make() throws IOException {
    image = new HandMade(HandMade.fileRef(Path.of("/program"), 1, 1));
    image.vmas.add(HandMade.anonymous(STACK, END));
    image.vmas.add(HandMade.anonymous(END + 0x1000, END + 0x2000));
  }

  private SignalFrames frames(long stackPointer) throws IOException {
    image.more.add(
        HandMade.cpu(image.tid, new UserRegs(new long[27]).with(UserRegs.RSP, stackPointer)));
    ImageState state = image.build();
    return new SignalFrames(state, CODE::contains);
  }

  /** Pages of zeros but for three words. */
  private static void look(SignalFrames frames, long at, long... words) throws IOException {
    ByteBuffer pages = ByteBuffer.allocateDirect(4 * PAGE).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < words.length; i++) {
      pages.putLong((int) (at - STACK) + i * Long.BYTES, words[i]);
    }
    frames.look(
        new PageArray(
            1,
            List.of(
                new PageRun(STACK, 2, PageKind.DATA),
                new PageRun(STACK + 2 * PAGE, 1, PageKind.ZERO),
                new PageRun(STACK + 3 * PAGE, 1, PageKind.DATA))),
        pages.slice(0, 3 * PAGE));
  }

  @Test
  void findsOneAboveTheStackPointer() throws IOException {
    for (long at : new long[] {STACK + 0x800, STACK + PAGE - 8, STACK + PAGE - 16}) {
      image.more.clear();
      SignalFrames frames = frames(STACK + 0x100);
      UnsupportedStateException e =
          assertThrows(
              UnsupportedStateException.class, () -> look(frames, at, IP, FLAGS, SEGMENTS));
      assertEquals("VDSO_DIFFERS", e.refusals().get(0).code().name());
    }
  }

  @Test
  void findsOneThatIsCutByTheEndOfAnArray() throws IOException {
    SignalFrames frames = frames(STACK + 0x100);
    ByteBuffer pages = ByteBuffer.allocateDirect(PAGE).order(ByteOrder.LITTLE_ENDIAN);
    pages.putLong(PAGE - 8, IP);
    frames.look(new PageArray(1, List.of(new PageRun(STACK, 1, PageKind.DATA))), pages);
    ByteBuffer next = ByteBuffer.allocateDirect(PAGE).order(ByteOrder.LITTLE_ENDIAN);
    next.putLong(0, FLAGS).putLong(8, SEGMENTS).position(0);
    PageArray behind = new PageArray(1, List.of(new PageRun(STACK + PAGE, 1, PageKind.DATA)));
    assertThrows(UnsupportedStateException.class, () -> frames.look(behind, next));
  }

  @Test
  void leavesAloneWhatAHandlerHasLeftBehind() throws IOException {
    SignalFrames over = frames(STACK + 0x900);
    assertDoesNotThrow(() -> look(over, STACK + 0x800, IP, FLAGS, SEGMENTS));
    image.more.clear();
    SignalFrames elsewhere = frames(END + 0x1800);
    assertDoesNotThrow(() -> look(elsewhere, STACK + 0x800, IP, FLAGS, SEGMENTS));
  }

  @Test
  void takesNothingElseForOne() throws IOException {
    SignalFrames frames = frames(STACK + 0x100);
    long at = STACK + 0x800;
    assertDoesNotThrow(() -> look(frames, at, CODE.end(), FLAGS, SEGMENTS));
    assertDoesNotThrow(() -> look(frames, at, IP, 0, SEGMENTS));
    assertDoesNotThrow(() -> look(frames, at, IP, FLAGS | 1L << 32, SEGMENTS));
    assertDoesNotThrow(() -> look(frames, at, IP, FLAGS, 0x23));
    assertDoesNotThrow(() -> look(frames, at, IP, FLAGS));
    // Between these words there are pages without bytes.
    assertDoesNotThrow(() -> look(frames, STACK + 2 * PAGE - 16, IP, FLAGS, SEGMENTS));
  }
}
