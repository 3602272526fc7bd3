package dev.ckpt.core.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Reads this JVM and harmless children of it; takes no privilege. */
class ProcFsTest {

  private static final int SELF_PID = (int) ProcessHandle.current().pid();
  private static final int CAP_SYS_NICE = 23;
  private static final ProcFs SELF = ProcFs.of(SELF_PID);

  private static Process sleeper() throws IOException {
    return new ProcessBuilder("sleep", "30").start();
  }

  private static void kill(Process process) throws InterruptedException {
    process.destroyForcibly();
    assertTrue(process.waitFor(10, TimeUnit.SECONDS));
  }

  @Test
  void agreesWithTheJvmAboutItself() throws Exception {
    Stat stat = SELF.stat();
    assertEquals(SELF_PID, stat.pid());
    assertEquals(ProcessHandle.current().parent().orElseThrow().pid(), stat.ppid());
    assertFalse(stat.addressesHidden());
    Status status = SELF.status();
    assertEquals(SELF_PID, status.tgid());
    assertEquals(stat.comm(), status.name());
    assertEquals(stat.comm(), SELF.comm());
    assertEquals(stat.ppid(), status.ppid());
    assertEquals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"), status.uid().effective());
    String command = ProcessHandle.current().info().command().orElseThrow();
    assertEquals(ByteString.of(command), SELF.link("exe"));
    assertEquals(Path.of("").toAbsolutePath().toRealPath().toString(), SELF.link("cwd").utf8());
    assertEquals(Captured.name("/"), SELF.link("root"));
    assertEquals(
        List.of(ProcessHandle.current().info().arguments().orElseThrow()),
        SELF.cmdline().strings().stream().skip(1).map(ByteString::utf8).toList());
  }

  @Test
  void seesTheEnvironment() throws Exception {
    List<String> strings = SELF.environ().strings().stream().map(ByteString::utf8).toList();
    for (Map.Entry<String, String> variable : System.getenv().entrySet()) {
      // The launcher may set this one after exec.
      if (!variable.getKey().equals("LD_LIBRARY_PATH")) {
        assertTrue(strings.contains(variable.getKey() + "=" + variable.getValue()));
      }
    }
  }

  @Test
  void seesTheMemory() throws Exception {
    Maps maps = SELF.maps();
    assertTrue(maps.entries().stream().anyMatch(vma -> vma.name().utf8().endsWith("/libjvm.so")));
    Stat stat = SELF.stat();
    assertTrue(maps.find(stat.startStack()).isPresent());
    Smaps smaps = SELF.smaps();
    long rssKb = smaps.entries().stream().mapToLong(SmapsEntry::rssKb).sum();
    assertTrue(rssKb > 10_000);
    OptionalLong pageBytes = SELF.auxv().get(6);
    assertEquals(OptionalLong.of(4096), pageBytes);
  }

  @Test
  void seesEveryThread() throws Exception {
    List<Integer> tids = SELF.tasks();
    assertTrue(tids.contains(SELF_PID) && tids.size() > 1);
    assertEquals(tids.stream().sorted().toList(), tids);
    boolean mayReadTimerSlack = (SELF.status().capEff() >>> CAP_SYS_NICE & 1) != 0;
    int read = 0;
    for (int tid : tids) {
      try {
        assertEquals(tid, SELF.stat(tid).pid());
        assertEquals(SELF_PID, SELF.status(tid).tgid());
        assertTrue(!mayReadTimerSlack || SELF.timerSlack(tid) >= 0);
        assertFalse(SELF.wchan(tid).isEmpty());
        read++;
      } catch (TargetGoneException e) {
        assertEquals(tid, e.pid()); // a thread of the JVM may end at any time
      }
    }
    assertTrue(read > 1);
    assertEquals(SELF.stat().comm(), SELF.comm(SELF_PID));
    assertEquals(SELF.namespaces(), SELF.namespaces(SELF_PID));
  }

  @Test
  void seesAnOpenFile(@TempDir Path folder) throws Exception {
    Path path = folder.resolve("open file\nwith a newline");
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      file.position(4711);
      int found = fdOf(LinkReader.read(link(folder, path)));
      assertTrue(found >= 0);
      FdInfo info = SELF.fdInfo(found);
      assertEquals(4711, info.pos());
      assertEquals(1, info.fileFlags() & 3); // O_WRONLY
      Object ino = Files.getAttribute(path, "unix:ino");
      try (java.nio.channels.FileLock lock = file.lock(5, 10, false)) {
        assertTrue(lock.isValid());
        assertTrue(ProcFs.locks().stream().anyMatch(seen -> isOurs(seen, ino)));
        assertEquals(1, SELF.fdInfo(found).locks().size());
      }
    }
  }

  private static boolean isOurs(FileLock lock, Object ino) {
    return lock.pid() == SELF_PID
        && lock.start() == 5
        && lock.end().equals(Optional.of(14L))
        && lock.file().map(file -> (Object) file.ino()).equals(Optional.of(ino));
  }

  private static int fdOf(ByteString target) throws CkptException {
    int found = -1;
    for (int fd : SELF.fds()) {
      try {
        found = SELF.fdLink(fd).equals(target) ? fd : found;
      } catch (ProcMissingException e) {
        assertEquals("PROC_MISSING", e.code().name()); // closed meanwhile by another thread
      }
    }
    return found;
  }

  /** A link to the path, so that both names come through the same reader. */
  private static Path link(Path folder, Path target) throws IOException {
    Path link = folder.resolve("link");
    if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
      Files.createSymbolicLink(link, target);
    }
    return link;
  }

  @Test
  void seesNamespaces() throws Exception {
    Map<String, NsLink> namespaces = SELF.namespaces();
    assertTrue(
        namespaces
            .keySet()
            .containsAll(List.of("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")));
    assertEquals(namespaces.get("net"), SELF.nsLink("net"));
    assertEquals("pid", SELF.nsLink("pid_for_children").type());
    assertThrows(ProcMissingException.class, () -> SELF.nsLink("nonsense"));
  }

  @Test
  void seesTheSmallFiles() throws Exception {
    assertEquals(16, SELF.limits().rlimits().size());
    assertFalse(SELF.cgroup().entries().isEmpty());
    assertEquals(0, SELF.personality() & 0xff);
    assertEquals(List.of(), SELF.timers());
    assertTrue(SELF.oomScoreAdj() >= -1000);
    assertTrue(SELF.coredumpFilter() >= 0);
    assertEquals(System.getProperty("os.version"), ProcFs.osRelease());
    assertEquals(ProcFs.bootId(), ProcFs.bootId());
    assertEquals(
        UUID.fromString(Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip()),
        ProcFs.bootId());
  }

  @Test
  void seesAChildAndWhereItWaits() throws Exception {
    Process child = sleeper();
    try {
      int pid = (int) child.pid();
      ProcFs procFs = ProcFs.of(pid);
      boolean listed = false;
      for (int tid : SELF.tasks()) {
        listed |= childrenOf(tid).contains(pid);
      }
      assertTrue(listed);
      while (procFs.syscall(pid).nr() != 230) { // clock_nanosleep
        assertTrue(child.isAlive());
        Thread.onSpinWait();
      }
      assertEquals(SyscallState.Kind.INSIDE, procFs.syscall(pid).kind());
      assertTrue(procFs.maps().find(procFs.syscall(pid).pc()).orElseThrow().executable());
      assertEquals(List.of(0, 1, 2), procFs.fds());
      assertTrue(procFs.fdLink(0).utf8().startsWith("pipe:["));
      assertThrows(ProcMissingException.class, () -> procFs.fdLink(1000));
      assertThrows(ProcMissingException.class, () -> procFs.fdInfo(1000));
      assertThrows(TargetGoneException.class, () -> procFs.stat(SELF_PID));
      assertThrows(TargetGoneException.class, () -> procFs.timerSlack(SELF_PID));
    } finally {
      kill(child);
    }
  }

  private static List<Integer> childrenOf(int tid) throws CkptException {
    try {
      return SELF.children(tid);
    } catch (TargetGoneException e) {
      return List.of();
    }
  }

  @Test
  void saysThatTheTargetIsGone() throws Exception {
    Process child = sleeper();
    int pid = (int) child.pid();
    kill(child);
    ProcFs procFs = ProcFs.of(pid);
    List<Executable> reads =
        List.of(
            procFs::stat,
            procFs::status,
            procFs::maps,
            procFs::smaps,
            procFs::fds,
            procFs::tasks,
            procFs::namespaces,
            procFs::environ,
            () -> procFs.children(pid),
            () -> procFs.fdLink(0),
            () -> procFs.link("exe"),
            () -> procFs.timerSlack(pid));
    for (Executable read : reads) {
      TargetGoneException e = assertThrows(TargetGoneException.class, read);
      assertEquals(pid, e.pid());
      assertTrue(e.getMessage().contains("/proc/" + pid), e.getMessage());
    }
  }

  @Test
  void countsAZombieAsGone() throws Exception {
    // The shell starts a child and becomes a program that never waits for it.
    Process parent = new ProcessBuilder("sh", "-c", "sleep 0 & exec sleep 30").start();
    try {
      int pid = (int) parent.pid();
      List<Integer> children = List.of();
      while (children.isEmpty()) {
        assertTrue(parent.isAlive());
        children = ProcFs.of(pid).children(pid);
      }
      ProcFs zombie = ProcFs.of(children.get(0));
      while (zombie.stat().state() != TaskState.ZOMBIE) {
        Thread.onSpinWait();
      }
      assertEquals(TaskState.ZOMBIE, zombie.status().state());
      assertThrows(TargetGoneException.class, zombie::maps);
      assertThrows(TargetGoneException.class, zombie::auxv);
      assertThrows(TargetGoneException.class, () -> zombie.link("exe"));
    } finally {
      kill(parent);
    }
  }

  @Test
  void saysThatItMayNotLook(@TempDir Path folder) throws Exception {
    assumeTrue(SELF.status().capEff() == 0, "with capabilities everything can be read");
    // Who runs a program that he may not read gets a task that is not dumpable, even to himself.
    Path program = Files.copy(Path.of("/bin/sleep"), folder.resolve("sleep"));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("--x--x--x"));
    Process child = new ProcessBuilder(program.toString(), "30").start();
    try {
      int pid = (int) child.pid();
      ProcFs procFs = ProcFs.of(pid);
      assertTrue(procFs.stat().addressesHidden());
      List<Executable> reads =
          List.of(
              procFs::maps,
              procFs::environ,
              procFs::auxv,
              procFs::personality,
              procFs::fds,
              () -> procFs.link("exe"),
              () -> procFs.syscall(pid),
              () -> procFs.timerSlack(pid));
      for (Executable read : reads) {
        ProcAccessException e = assertThrows(ProcAccessException.class, read);
        assertEquals("PROC_ACCESS", e.code().name());
        assertTrue(e.file().startsWith("/proc/" + pid + "/"), e.file());
      }
    } finally {
      kill(child);
    }
  }

  @Test
  void failsWhenTheThreadIsInterrupted() {
    Thread.currentThread().interrupt();
    try {
      CkptException e = assertThrows(CkptException.class, SELF::maps);
      assertInstanceOf(ProcReadException.class, e);
    } finally {
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void takesNoNonsense() {
    assertThrows(IllegalArgumentException.class, () -> ProcFs.of(0));
    assertThrows(IllegalArgumentException.class, () -> ProcFs.of(-1));
    assertThrows(IllegalArgumentException.class, () -> SELF.link("../1/exe"));
  }
}
