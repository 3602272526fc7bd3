package dev.ckpt.core.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.format.ByteString;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
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
  void readsAnEventfd() throws Exception {
    assertEquals(new EventfdInfo(0x2a, Optional.of(true)), EventfdInfo.of(captured("event")));
    String old =
        "pos:\t0\nflags:\t02\nmnt_id:\t9\neventfd-count: fffffffffffffffe\neventfd-id: 1\n";
    FdInfo beforeLinux65 = FdInfo.parse(Captured.latin1(old));
    assertEquals(new EventfdInfo(-2, Optional.empty()), EventfdInfo.of(beforeLinux65));
    assertThrows(ProcFormatException.class, () -> EventfdInfo.of(captured("timer")));
  }

  @Test
  void readsWhatAnEpollInstanceWatches() throws Exception {
    EpollTarget target = new EpollTarget(12, 0x19, 0x1234, 1038);
    assertEquals(List.of(target), EpollTarget.of(captured("epoll")));
    String text =
        "pos:\t0\nflags:\t02\nmnt_id:\t9\n"
            + "tfd:       -5 events:       19 data:   1  pos:0 ino:40e sdev:10\n";
    FdInfo odd = FdInfo.parse(Captured.latin1(text));
    assertThrows(ProcFormatException.class, () -> EpollTarget.of(odd));
  }

  @Test
  void readsATimerfd() throws Exception {
    assertEquals(new TimerfdInfo(1, 0, 0, 99999_251259504L, 5), TimerfdInfo.of(captured("timer")));
    String head = "pos:\t0\nflags:\t02\nmnt_id:\t9\nclockid: 0\nticks: 7\nsettime flags: 03\n";
    FdInfo canceled =
        FdInfo.parse(Captured.latin1(head + "it_value: (9223372036, 1)\nit_interval: (0, 0)\n"));
    assertEquals(new TimerfdInfo(0, 7, 3, Long.MAX_VALUE, 0), TimerfdInfo.of(canceled));
    FdInfo odd = FdInfo.parse(Captured.latin1(head + "it_value: (1, 1000000000)\n"));
    assertThrows(ProcFormatException.class, () -> TimerfdInfo.of(odd));
  }

  @Test
  void readsASignalfd() throws Exception {
    assertEquals(new SignalfdInfo(0x800), SignalfdInfo.of(captured("signal")));
    assertThrows(ProcFormatException.class, () -> SignalfdInfo.of(captured("event")));
  }

  @Test
  void readsWhatAnInotifyInstanceWatches() throws Exception {
    InotifyMark mark = InotifyMark.of(captured("inotify")).get(0);
    byte[] handle = HexFormat.of().parseHex("f1c1200005efcf19");
    assertEquals(
        new InotifyMark(
            1,
            0x20c1f1,
            254,
            0,
            0x300,
            Optional.of(new InotifyMark.Handle(1, ByteString.of(handle)))),
        mark);
    String head = "pos:\t0\nflags:\t02\nmnt_id:\t9\n";
    String line = "inotify wd:1f ino:2 sdev:1b mask:84000100 ignored_mask:0 ";
    assertEquals(
        List.of(new InotifyMark(31, 2, 0, 27, 0x84000100, Optional.empty())),
        InotifyMark.of(FdInfo.parse(Captured.latin1(head + line + "\n"))));
    FdInfo cut =
        FdInfo.parse(
            Captured.latin1(head + line + "fhandle-bytes:8 fhandle-type:1 f_handle:f1c1\n"));
    assertThrows(ProcFormatException.class, () -> InotifyMark.of(cut));
  }

  @Test
  void readsAPidfd() throws Exception {
    String text = "pos:\t0\nflags:\t02\nmnt_id:\t9\nPid:\t-1\nNSpid:\t-1\n";
    assertEquals(new PidfdInfo(-1), PidfdInfo.of(FdInfo.parse(Captured.latin1(text))));
  }

  @Test
  void readsMounts() throws Exception {
    String text =
        "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n"
            + "28 27 0:25 / /mnt/a\\040b rw shared:1 - tmpfs none rw\n";
    assertEquals(
        List.of(
            new MountInfo(254, 0, ByteString.of("/")),
            new MountInfo(0, 25, ByteString.of("/mnt/a b"))),
        MountInfo.parseAll(Captured.latin1(text)));
    assertThrows(
        ProcFormatException.class,
        () -> MountInfo.parseAll(Captured.latin1("1 2 3:4 / /a\\9 rw\n")));
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

  @Test
  void readsPseudoTerminals() throws Exception {
    String common = "pos:\t0\nflags:\t0100002\nmnt_id:\t24\nino:\t91\n";
    FdInfo master = FdInfo.parse(Captured.latin1(common + "tty-index:\t17\n"));
    assertEquals(OptionalInt.of(17), PtyInfo.index(master));
    assertEquals(OptionalInt.empty(), PtyInfo.index(FdInfo.parse(Captured.latin1(common))));
    FdInfo odd = FdInfo.parse(Captured.latin1(common + "tty-index:\t-1\n"));
    assertThrows(ProcFormatException.class, () -> PtyInfo.index(odd));
  }
}
