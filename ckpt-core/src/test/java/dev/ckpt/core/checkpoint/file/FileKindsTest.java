package dev.ckpt.core.checkpoint.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.checkpoint.Refusals;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.FdInfo;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileKindsTest {
  @TempDir private Path folder;

  private final Refusals refusals = new Refusals(812);
  private final FileKinds kinds = new FileKinds(Tasks.self(), 0, refusals);

  private static FdInfo info(int flags) {
    return new FdInfo(0, flags, 1, OptionalLong.empty(), List.of(), List.of());
  }

  private static FileStat stat(int type, int major, int minor, int blockBytes) {
    return new FileStat(
        0x100000005L, 4711, type | 0600, 1, 0, 0, major, minor, blockBytes, 0, 0, 0);
  }

  private static OpenFile file(int holder, int fd, String link, FdInfo info, FileStat stat) {
    return new OpenFile(holder, List.of(fd), ByteString.of(link), info, stat, null);
  }

  /** The kind as text, or the code of the only refusal. */
  private String verdict(String link, FdInfo info, FileStat stat) throws CkptException {
    int before = refusals.list().size();
    Optional<FileKind> kind = kinds.of(file(812, 5, link, info, stat));
    List<Refusal> fresh = refusals.list().subList(before, refusals.list().size());
    assertEquals(kind.isPresent() ? 0 : 1, fresh.size(), "refused once, or a kind");
    for (Refusal refusal : fresh) {
      assertTrue(refusal.object().startsWith("[pid 812] fd 5 (" + link + ")"), refusal.object());
      assertTrue(!refusal.remedy().isBlank(), refusal.code().name());
    }
    return kind.map(each -> each.getClass().getSimpleName())
        .orElseGet(() -> fresh.get(0).code().name());
  }

  private String verdict(String link, int type) throws CkptException {
    return verdict(link, info(0), stat(type, 0, 0, 4096));
  }

  @ParameterizedTest
  @CsvSource({
    "anon_inode:[eventpoll],Epoll",
    "anon_inode:[timerfd],Timerfd",
    "anon_inode:[signalfd],Signalfd",
    "anon_inode:inotify,Inotify",
    "anon_inode:[fanotify],FD_FANOTIFY",
    "anon_inode:[io_uring],FD_IO_URING",
    "anon_inode:[userfaultfd],FD_USERFAULTFD",
    "anon_inode:[pidfd],Pidfd",
    "anon_inode:[perf_event],FD_PERF",
    "anon_inode:bpf-map,FD_ANON_INODE",
    "anon_inode:kvm-vm,FD_ANON_INODE",
    "anon_inode:[landlock-ruleset],FD_ANON_INODE",
    "anon_inode:,FD_ANON_INODE"
  })
  void anonymousInodesAreToldByName(String link, String verdict) throws Exception {
    // Their stat tells nothing: the type bits are 0, or since Linux 6.15 those of a file.
    assertEquals(verdict, verdict(link, 0));
    assertEquals(verdict, verdict(link, FileStat.S_IFREG));
  }

  @ParameterizedTest
  @CsvSource({
    "2a|eventfd-id: 1|eventfd-semaphore: 0,Eventfd",
    "fffffffffffffffe|eventfd-semaphore: 1,Eventfd",
    "ffffffffffffffff|eventfd-semaphore: 1,FD_EVENTFD",
    "2a|eventfd-id: 1,FD_EVENTFD"
  })
  void eventfdsAreKeptWhereTheKernelTellsAll(String lines, String verdict) throws Exception {
    String text = "pos:\t0\nflags:\t02\nmnt_id:\t9\neventfd-count: " + lines.replace('|', '\n');
    FdInfo info = FdInfo.parse((text + "\n").getBytes(UTF_8));
    assertEquals(verdict, verdict("anon_inode:[eventfd]", info, stat(0, 0, 0, 4096)));
  }

  @Test
  void otherTypesAreRefused() throws Exception {
    assertEquals("FD_BLOCK_DEVICE", verdict("/dev/vda", FileStat.S_IFBLK));
    assertEquals("FD_UNKNOWN", verdict("/somewhere", 0));
    assertEquals("FD_UNKNOWN", verdict("/link", 0120000));
  }

  @ParameterizedTest
  @CsvSource({
    "1,1,0,UnixSocket",
    "1,2,0,UnixSocket",
    "1,5,0,UnixSocket",
    "2,1,0,InetSocket",
    "2,2,0,InetSocket",
    "16,3,0,NetlinkSocket"
  })
  void socketsAreToldByTheirProtocol(int domain, int type, int protocol, String verdict)
      throws Exception {
    try (Fd socket = Sockets.open(domain, type, protocol)) {
      String path = "/proc/self/fd/" + socket.number();
      String link = Files.readSymbolicLink(Path.of(path)).toString();
      Optional<FileKind> kind =
          new FileKinds(Tasks.self(), 0, refusals)
              .of(file(Tasks.self(), socket.number(), link, info(2), FileStat.of(path)));
      assertEquals(
          verdict,
          kind.map(each -> each.getClass().getSimpleName())
              .orElseGet(() -> refusals.list().get(0).code().name()));
    }
  }

  @Test
  void pipesAreKeptAndNamedOnesAreToo() throws Exception {
    assertEquals("PipeEnd", verdict("pipe:[77]", FileStat.S_IFIFO));
    Path named = Files.createFile(folder.resolve("pipe:[77]"));
    FileStat stat = FileStat.of(named.toString());
    FileStat fifo =
        new FileStat(stat.dev(), stat.ino(), FileStat.S_IFIFO | 0600, 1, 0, 0, 0, 0, 4096, 0, 0, 0);
    assertEquals("Fifo", verdict(named.toString(), info(0), fifo));
    assertEquals("FD_DELETED", verdict(named + " (deleted)", info(0), fifo));
  }

  @ParameterizedTest
  @CsvSource({
    "/dev/null,1,3,CharDevice",
    "/dev/zero,1,5,CharDevice",
    "/dev/full,1,7,CharDevice",
    "/dev/random,1,8,CharDevice",
    "/dev/urandom,1,9,CharDevice",
    "/dev/mem,1,1,FD_DEVICE",
    "/dev/port,1,4,FD_DEVICE",
    "/dev/kmsg,1,11,FD_DEVICE",
    "/dev/pts/0,136,0,Terminal",
    "/dev/pts/256,137,0,Terminal",
    "/dev/pts/2047,143,255,Terminal",
    "/dev/ptmx,5,2,PtySide",
    "/dev/pts/ptmx,5,2,PtySide",
    "/root/dev/ptmx,5,2,FD_TTY",
    "/dev/tty,5,0,FD_TTY",
    "/dev/console,5,1,FD_TTY",
    "/dev/tty1,4,1,FD_TTY",
    "/dev/ttyS0,4,64,FD_TTY",
    "/dev/fuse,10,229,FD_DEVICE",
    "/dev/net/tun,10,200,FD_DEVICE",
    "/dev/loop-control,135,0,FD_DEVICE",
    "/dev/x,144,0,FD_DEVICE"
  })
  void devicesAreToldByTheirNumbers(String link, int major, int minor, String verdict)
      throws Exception {
    assertEquals(verdict, verdict(link, info(0), stat(FileStat.S_IFCHR, major, minor, 4096)));
  }

  @Test
  void theControllingTerminalIsTheOneThatItIs() throws CkptException {
    FileStat devTty = stat(FileStat.S_IFCHR, 5, 0, 4096);
    int pts7 = 136 << 8 | 7;
    int tty1 = 4 << 8 | 1;
    for (int ttyNr : new int[] {pts7, tty1}) {
      Optional<FileKind> kind =
          new FileKinds(Tasks.self(), ttyNr, refusals)
              .of(file(812, 5, "/dev/tty", info(0), devTty));
      assertEquals(ttyNr == pts7, kind.isPresent());
    }
  }

  @Test
  void memoryFilesAreKeptWithPagesOfAnySize() throws Exception {
    String link = "/memfd:buffer (deleted)";
    assertEquals("Memfd", verdict(link, info(2), stat(FileStat.S_IFREG, 0, 0, 4096)));
    assertEquals("Memfd", verdict(link, info(2), stat(FileStat.S_IFREG, 0, 0, 2 << 20)));
  }

  @Test
  void filesAreKeptWhereTheirNameLeadsToThem() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "x");
    FileStat stat = FileStat.of(file.toString());
    assertEquals("RegularFile", verdict(file.toString(), info(2), stat));
    assertEquals("FD_DELETED", verdict(file + " (deleted)", info(2), stat));
    Files.move(file, folder.resolve("moved"));
    assertEquals("FD_DELETED", verdict(file.toString(), info(2), stat));
    Files.writeString(file, "another");
    assertEquals("FD_DELETED", verdict(file.toString(), info(2), stat), "was replaced");
    assertEquals("RegularFile", verdict(folder.resolve("moved").toString(), info(0), stat));
  }

  @Test
  void foldersAndPathsAreKeptByName() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nowhere"));
    FileStat ofLink = FileStat.ofLink(link.toString().getBytes(UTF_8));
    assertEquals("NamedFile", verdict(link.toString(), info(Fcntl.O_PATH), ofLink));
    FileStat ofFolder = FileStat.of(folder.toString());
    assertEquals("NamedFile", verdict(folder.toString(), info(0), ofFolder));
    assertEquals("FD_DELETED", verdict(folder + " (deleted)", info(0), ofFolder));
    FileStat view = FileStat.of("/proc/stat");
    assertEquals("NamedFile", verdict("/proc/stat", info(0), view));
  }

  @Test
  void aLivingFileMayBeCalledDeleted() throws Exception {
    Path file = Files.writeString(folder.resolve("x (deleted)"), "x");
    assertEquals("RegularFile", verdict(file.toString(), info(0), FileStat.of(file.toString())));
  }

  @Test
  void filesOfTheKernelThatAreNoViewsAreRefused() throws Exception {
    assertEquals("FD_PROC", verdict("/proc/811/maps", FileStat.S_IFREG));
    assertEquals("FD_PROC", verdict("/proc/" + Tasks.self() + "0", FileStat.S_IFDIR));
    assertEquals("FD_PROC", verdict("/proc/" + Tasks.self() + "/fdinfo/5", FileStat.S_IFREG));
    assertEquals("FD_PROC", verdict("/sys/kernel/tracing/trace_pipe", FileStat.S_IFREG));
    assertEquals(
        "FD_DELETED", verdict("/proc/" + Tasks.self() + "/no-such-file", FileStat.S_IFREG));
    assertEquals("FD_DELETED", verdict("net:[4026531840]", FileStat.S_IFREG));
    assertEquals("FD_DELETED", verdict("/secretmem (deleted)", FileStat.S_IFREG));
    assertEquals("FD_DELETED", verdict("/processes/file", FileStat.S_IFREG), "not under /proc");
  }

  @Test
  void locksAndOddFlagsComeFirst() throws Exception {
    FileStat file = stat(FileStat.S_IFREG, 0, 0, 4096);
    String text =
        "pos:\t0\nflags:\t0100002\nmnt_id:\t28\nino:\t4711\n"
            + "lock:\t1: DELEG  ACTIVE  READ 812 fe:01:4711 0 EOF\n";
    assertEquals("FD_LOCK", verdict("/x", FdInfo.parse(text.getBytes(UTF_8)), file));
  }

  @ParameterizedTest
  @CsvSource({
    "FLOCK  ADVISORY  WRITE,PipeEnd",
    "POSIX  ADVISORY  READ,PipeEnd",
    "OFDLCK ADVISORY  WRITE,PipeEnd",
    "LEASE  ACTIVE    READ,PipeEnd",
    "LEASE  BREAKING  READ,LEASE_BREAKING",
    "LEASE  BREAKING  UNLCK,LEASE_BREAKING",
    "POSIX  MANDATORY WRITE,FD_LOCK",
    "LEASE  BREAKER   READ,FD_LOCK"
  })
  void locksAreKeptUnlessTheyAreOdd(String lock, String verdict) throws Exception {
    String text =
        "pos:\t0\nflags:\t0100002\nmnt_id:\t28\n"
            + "lock:\t1: %s 812 fe:01:4711 0 EOF\n".formatted(lock);
    FdInfo info = FdInfo.parse(text.getBytes(UTF_8));
    assertEquals(verdict, verdict("pipe:[1]", info, stat(FileStat.S_IFIFO, 0, 0, 4096)));
  }
}
