package dev.ckpt.convert.core;

import static dev.ckpt.convert.core.CoreFilter.Extent.FIRST_PAGE;
import static dev.ckpt.convert.core.CoreFilter.Extent.NOTHING;
import static dev.ckpt.convert.core.CoreFilter.Extent.WHOLE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.ShmemKind;
import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which mapping needs which bit; core(5) has the table. */
class CoreFilterTest {
  private static final int USUAL = 0x33;
  private static final int READ = 1;
  private static final int EXECUTABLE = 0100755;

  private static CoreMapping mapping(
      VmaKind kind, int prot, int pgoffPages, long flags, Optional<ImageRecord> backing) {
    Vma vma =
        new Vma(
            0x10000,
            0x20000,
            prot,
            0x22,
            flags,
            pgoffPages * 4096L,
            kind.backed() ? 1 : 0,
            ByteString.EMPTY,
            kind);
    return new CoreMapping(vma, backing);
  }

  private static Optional<ImageRecord> file(int mode) {
    ByteString path = ByteString.of("/lib/x");
    return Optional.of(new FileRef(path, 1, 2, mode, 4096, 5, ByteString.EMPTY, 0, 0, false));
  }

  private static CoreMapping anonymous(int prot, long flags) {
    return mapping(VmaKind.ANON_PRIVATE, prot, 0, flags, Optional.empty());
  }

  private static CoreFilter.Extent of(int bits, CoreMapping mapping, boolean hasPages) {
    return new CoreFilter(bits, false).of(mapping, hasPages);
  }

  @Test
  void privateMemoryNeedsBit0() {
    assertEquals(WHOLE, of(1, anonymous(READ, 0), true));
    assertEquals(WHOLE, of(1, anonymous(READ, 0), false), "all its pages are zero");
    assertEquals(NOTHING, of(~1, anonymous(READ, 0), true));
    assertEquals(WHOLE, of(1, mapping(VmaKind.FILE_PRIVATE, READ, 7, 0, file(0644)), true));
    assertEquals(NOTHING, of(1, anonymous(0, 0), false), "a reserve");
    assertEquals(NOTHING, of(1, anonymous(3, VmFlag.NR.bit()), false), "a reserve");
    assertEquals(WHOLE, of(1, anonymous(3, VmFlag.NR.bit()), true));
  }

  @Test
  void sharedMemoryNeedsBit1OrBit3() {
    Optional<ImageRecord> memory =
        Optional.of(new Shmem(ShmemKind.ANON, ByteString.EMPTY, 4096, 0, 0, 0));
    CoreMapping anonymous = mapping(VmaKind.ANON_SHARED, READ, 0, 0, memory);
    assertEquals(WHOLE, of(1 << 1, anonymous, false));
    assertEquals(NOTHING, of(~(1 << 1), anonymous, false));
    CoreMapping named = mapping(VmaKind.FILE_SHARED, READ, 0, 0, file(EXECUTABLE));
    assertEquals(WHOLE, of(1 << 3, named, false));
    assertEquals(NOTHING, of(~(1 << 3), named, false));
  }

  @Test
  void filesNeedBit2OrBit4() {
    CoreMapping start = mapping(VmaKind.FILE_PRIVATE, READ, 0, 0, file(EXECUTABLE));
    assertEquals(FIRST_PAGE, of(USUAL, start, false));
    assertEquals(NOTHING, of(USUAL & ~(1 << 4), start, false));
    assertEquals(WHOLE, of(1 << 2, start, false));
    assertEquals(
        NOTHING, of(USUAL, mapping(VmaKind.FILE_PRIVATE, READ, 1, 0, file(EXECUTABLE)), false));
    assertEquals(NOTHING, of(USUAL, mapping(VmaKind.FILE_PRIVATE, READ, 0, 0, file(0644)), false));
  }

  @Test
  void hugePagesNeedBit5OrBit6() {
    CoreMapping own = anonymous(READ, VmFlag.HT.bit());
    assertEquals(WHOLE, of(1 << 5, own, true));
    assertEquals(NOTHING, of(~(1 << 5), own, true));
    Optional<ImageRecord> memory =
        Optional.of(new Shmem(ShmemKind.ANON, ByteString.EMPTY, 4096, 0, 0, 0));
    CoreMapping shared = mapping(VmaKind.ANON_SHARED, READ, 0, VmFlag.HT.bit(), memory);
    assertEquals(WHOLE, of(1 << 6, shared, false));
    assertEquals(NOTHING, of(~(1 << 6), shared, false));
  }

  @Test
  void someAreNeverWrittenAndSomeAlways() {
    assertEquals(NOTHING, of(~0, anonymous(READ, VmFlag.DD.bit()), true), "MADV_DONTDUMP");
    assertEquals(NOTHING, of(~0, anonymous(READ, VmFlag.IO.bit()), true));
    assertEquals(WHOLE, of(0, mapping(VmaKind.VDSO, READ, 0, 0, Optional.empty()), false));
    assertEquals(NOTHING, of(~0, mapping(VmaKind.VVAR, READ, 0, 0, Optional.empty()), false));
  }

  @Test
  void allIsWhatCanBeRead() {
    CoreFilter all = new CoreFilter(0, true);
    CoreMapping text = mapping(VmaKind.FILE_PRIVATE, READ, 1, 0, file(EXECUTABLE));
    assertEquals(WHOLE, all.of(text, false));
    assertEquals(WHOLE, all.of(anonymous(READ, VmFlag.DD.bit()), true));
    assertEquals(NOTHING, all.of(anonymous(0, 0), false));
  }
}
