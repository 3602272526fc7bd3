package dev.ckpt.convert.criu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.record.FileLock;
import dev.ckpt.format.record.FileLockKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FileLocksTest {
  private static final int FILE = 5;

  @ParameterizedTest
  @EnumSource(FileLockKind.class)
  void lockComesBack(FileLockKind kind) {
    for (FileLock lock :
        new FileLock[] {
          new FileLock(FILE, kind, FileLock.F_RDLCK, 0, FileLock.TO_THE_END),
          new FileLock(FILE, kind, FileLock.F_WRLCK, 10, FileLock.TO_THE_END),
          new FileLock(FILE, kind, FileLock.F_WRLCK, 10, 10),
          new FileLock(FILE, kind, FileLock.F_WRLCK, 10, FileLock.TO_THE_END - 1),
        }) {
      Criu.FileLock there = FileLocks.toCriu(lock, 812, 3);

      assertTrue(FileLocks.isKnown(there));
      assertEquals(lock, FileLocks.toCkpt(there, FILE));
    }
  }

  private static Criu.FileLock.Builder posix() {
    return FileLocks.toCriu(new FileLock(FILE, FileLockKind.POSIX, 0, 0, 9), 812, 3).toBuilder();
  }

  @Test
  void lengthIsThatOfFcntl() {
    assertEquals(10, posix().getLen());
    assertEquals(1, posix().getFlag());
  }

  @Test
  void leaseThatIsBeingBrokenIsUnknown() {
    assertFalse(FileLocks.isKnown(posix().setFlag(8).setType(4 | FileLock.F_WRLCK).build()));
    assertFalse(FileLocks.isKnown(posix().setFlag(3).build()));
  }

  @Test
  void refusesRangeThatIsNone() {
    for (Criu.FileLock bad :
        new Criu.FileLock[] {
          posix().setLen(-1).build(),
          posix().setStart(-1).build(),
          posix().setStart(Long.MAX_VALUE).setLen(2).build(),
        }) {
      assertThrows(IllegalArgumentException.class, () -> FileLocks.toCkpt(bad, FILE));
    }
  }
}
