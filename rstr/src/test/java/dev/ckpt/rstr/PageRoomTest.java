package dev.ckpt.rstr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class PageRoomTest {
  private static final int PAGE = 4096;
  private static final int AT = 800;

  private final PageRoom room =
      new PageRoom(
          List.of(
              SampleTask.vma(0x10_0000, 0x10_2000, 0, VmaKind.ANON_PRIVATE),
              SampleTask.vma(0x10_2000, 0x10_3000, 1, VmaKind.FILE_PRIVATE),
              SampleTask.vma(0x10_4000, 0x10_5000, 0, VmaKind.STACK),
              SampleTask.vma(SampleTask.VDSO, SampleTask.VDSO + PAGE, 0, VmaKind.VDSO)));

  private static PageRun run(long addr, long nrPages) {
    return new PageRun(addr, nrPages, PageKind.ZERO);
  }

  private static ImageObject array(PageRun... runs) {
    return new ImageObject(AT, 0, new PageArray(1, List.of(runs)));
  }

  private static void assertRefused(Executable check) {
    CorruptImageException e = assertThrows(CorruptImageException.class, check);
    assertEquals("PAGE_ARRAY", e.objectType());
    assertEquals(AT, e.offset());
  }

  @Test
  void takesPagesOfMappingsSideBySide() throws CkptException {
    room.requireMapped(array(run(0x10_0000, 3), run(0x10_4000, 1)));
    room.requireMapped(array(run(0x10_1000, 2)));
  }

  @Test
  void refusesPagesThatNoMappingHas() {
    assertRefused(() -> room.requireMapped(array(run(0, 1))));
    assertRefused(() -> room.requireMapped(array(run(0xf_f000, 1))));
    assertRefused(() -> room.requireMapped(array(run(0x10_0000, 4))));
    assertRefused(() -> room.requireMapped(array(run(0x10_0000, 1), run(0x10_3000, 1))));
    assertRefused(() -> room.requireMapped(array(run(0x10_5000, 1))));
    assertRefused(() -> room.requireMapped(array(run(0x10_0000, 1L << 31))));
  }

  @Test
  void refusesPagesOfTheKernel() {
    assertRefused(() -> room.requireMapped(array(run(SampleTask.VDSO, 1))));
  }

  @Test
  void takesPagesOfAnObjectUpToItsLastByte() throws CkptException {
    PageRoom.requireWithin(array(run(0, 1)), 1);
    PageRoom.requireWithin(array(run(0, 2)), PAGE + 1);
    assertRefused(() -> PageRoom.requireWithin(array(run(0, 1)), 0));
    assertRefused(() -> PageRoom.requireWithin(array(run(0, 2)), PAGE));
    assertRefused(() -> PageRoom.requireWithin(array(run(PAGE, 1)), PAGE));
  }

  @Test
  void knowsWhatIsZeroAtFirst() {
    assertTrue(room.isZeroAtFirst(run(0x10_0000, 2)));
    assertTrue(room.isZeroAtFirst(run(0x10_4000, 1)));
    assertFalse(room.isZeroAtFirst(run(0x10_2000, 1)));
    assertFalse(room.isZeroAtFirst(run(0x10_1000, 2)));
  }

  /** As what is filled beside the tracer's thread has to be. */
  @Test
  void knowsWhatCanBeWrittenTo() {
    PageRoom mixed =
        new PageRoom(
            List.of(
                vma(0x10_0000, 2, 0),
                vma(0x10_1000, 0, VmFlag.AC.bit()),
                vma(0x10_2000, 1, 0),
                vma(0x10_3000, 3, 0)));
    assertTrue(mixed.isWritableWhileFilled(run(0x10_0000, 2)));
    assertFalse(mixed.isWritableWhileFilled(run(0x10_0000, 3)));
    assertFalse(mixed.isWritableWhileFilled(run(0x10_2000, 1)));
    assertFalse(mixed.isWritableWhileFilled(run(0x10_2000, 2)));
    assertTrue(mixed.isWritableWhileFilled(run(0x10_3000, 1)));
  }

  private static Vma vma(long start, int prot, long flags) {
    return new Vma(
        start, start + PAGE, prot, 0x22, flags, 0, 0, ByteString.of(""), VmaKind.ANON_PRIVATE);
  }
}
