package dev.ckpt.core.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileLockTest {

  private static FileLock one(String line) throws ProcFormatException {
    return FileLock.parseAll(Captured.latin1(line + "\n")).get(0);
  }

  @Test
  void readsTheWholeMachine() throws Exception {
    List<FileLock> locks = FileLock.parseAll(Captured.bytes("odd.locks"));
    assertEquals(
        List.of(
            FileLock.Type.LEASE, FileLock.Type.OFDLCK, FileLock.Type.POSIX, FileLock.Type.FLOCK),
        locks.stream().map(FileLock::type).toList());
    long ino = Long.parseLong(Captured.answers("odd.report").get("ino_locked"));
    assertEquals(new FileLock.Inode(0xfe, 0, ino), locks.get(3).file().orElseThrow());
    assertFalse(locks.get(3).waiting());
  }

  @Test
  void readsAWaiter() throws Exception {
    FileLock lock = one("12:     -> POSIX  ADVISORY  READ 12 fd:00:2531452 0 EOF");
    assertTrue(lock.waiting());
    assertEquals(12, lock.id());
    assertEquals(FileLock.Access.READ, lock.access());
  }

  @Test
  void readsRareForms() throws Exception {
    assertEquals(
        Optional.empty(), one("1: POSIX  *NOINODE* UNLCK 7 <none>:0 0 9223372036854775806").file());
    assertEquals(FileLock.Mode.MANDATORY, one("1: POSIX  MANDATORY WRITE 7 08:01:9 0 1").mode());
    assertEquals(FileLock.Mode.BREAKING, one("1: LEASE  BREAKING  UNLCK 7 08:01:9 0 EOF").mode());
    assertEquals(FileLock.Type.DELEG, one("1: DELEG  ACTIVE    READ 7 08:01:9 0 EOF").type());
    assertEquals(FileLock.Type.UNKNOWN, one("1: UNKNOWN UNKNOWN  READ 7 08:01:9 0 EOF").type());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1: ODD  ADVISORY  READ 12 fd:00:2531452 0 EOF",
        "1: POSIX  NOINODE  READ 12 fd:00:2531452 0 EOF",
        "1: POSIX  ADVISORY  EAT 12 fd:00:2531452 0 EOF",
        "1: POSIX  ADVISORY  READ x fd:00:2531452 0 EOF",
        "1: POSIX  ADVISORY  READ 12 fd:00 0 EOF",
        "1: POSIX  ADVISORY  READ 12 fd:00:1 0 EOF x",
        "1: POSIX  ADVISORY  READ 12 fd:00:1 0",
      })
  void rejectsWhatIsNoLock(String line) {
    assertThrows(ProcFormatException.class, () -> one(line));
  }
}
