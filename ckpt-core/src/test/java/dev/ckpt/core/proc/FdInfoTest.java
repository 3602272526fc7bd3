package dev.ckpt.core.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FdInfoTest {

  private static FdInfo captured(String kind) throws ProcFormatException {
    return FdInfo.parse(Captured.bytes("odd.fdinfo." + kind));
  }

  @Test
  void readsPositionFlagsAndLocks() throws Exception {
    Map<String, String> report = Captured.answers("odd.report");
    FdInfo info = captured("locked");
    assertEquals(4711, info.pos());
    assertEquals(Integer.parseInt(report.get("flags_locked"), 16), info.fileFlags());
    assertFalse(info.closeOnExec());
    long ino = Long.parseLong(report.get("ino_locked"));
    assertEquals(OptionalLong.of(ino), info.ino());
    assertEquals(List.of(), info.more());
    int pid = Integer.parseInt(report.get("pid"));
    List<FileLock> locks = info.locks();
    assertEquals(3, locks.size());
    assertEquals(FileLock.Type.FLOCK, locks.get(0).type());
    assertEquals(pid, locks.get(0).pid());
    Optional<FileLock.Inode> file = locks.get(1).file();
    assertEquals(ino, file.orElseThrow().ino());
    // F_WRLCK from 10, 20 bytes: the kernel shows the last byte.
    assertEquals(
        new FileLock(
            2,
            false,
            FileLock.Type.POSIX,
            FileLock.Mode.ADVISORY,
            FileLock.Access.WRITE,
            pid,
            file,
            10,
            Optional.of(29L)),
        locks.get(1));
    assertEquals(FileLock.Type.OFDLCK, locks.get(2).type());
    assertEquals(-1, locks.get(2).pid());
    assertEquals(Optional.empty(), locks.get(2).end());
  }

  @Test
  void readsALease() throws Exception {
    FdInfo info = captured("leased");
    assertTrue(info.closeOnExec());
    assertEquals(FileLock.Type.LEASE, info.locks().get(0).type());
    assertEquals(FileLock.Mode.ACTIVE, info.locks().get(0).mode());
  }

  @Test
  void keepsTheLinesOfEachKind() throws Exception {
    // NB: the count is hexadecimal.
    assertEquals(List.of("2a"), captured("event").moreAfter("eventfd-count:"));
    assertTrue(captured("epoll").moreAfter("tfd:").get(0).contains("data:             1234"));
    assertTrue(captured("epoll").closeOnExec());
    assertTrue(captured("inotify").moreAfter("inotify ").get(0).startsWith("wd:1 "));
    assertEquals(List.of("0000000000000800"), captured("signal").moreAfter("sigmask:"));
    assertEquals(List.of("1"), captured("timer").moreAfter("clockid:"));
    assertEquals(5, captured("timer").more().size());
  }

  @Test
  void readsAKernelWithoutInodesAndAPositionBelowZero() throws Exception {
    FdInfo info = FdInfo.parse(Captured.latin1("pos:\t-4096\nflags:\t0100002\nmnt_id:\t9\n"));
    assertEquals(OptionalLong.empty(), info.ino());
    assertEquals(-4096, info.pos());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "pos:\t0\n",
        "pos:\tx\nflags:\t00\nmnt_id:\t9\n",
        "pos:\t0\nflags:\t2\nmnt_id:\t9\n",
        "pos:\t0\nflags:\t08\nmnt_id:\t9\n",
        "pos:\t0\nflags:\t0777777777777\nmnt_id:\t9\n",
        "pos:\t0\nflags:\t02\nmnt_id:\t9",
        "pos:\t0\nflags:\t02\nmnt_id:\t9\nino:\tx\n",
        "pos:\t0\nflags:\t02\nmnt_id:\t9\nlock:\tnone\n",
      })
  void rejectsWhatIsNoFdInfo(String text) {
    assertThrows(ProcFormatException.class, () -> FdInfo.parse(Captured.latin1(text)));
  }
}
