package dev.ckpt.rstr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.Limits;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.tracee.Vdso;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileChrdev;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.Mempolicy;
import dev.ckpt.format.record.Rlimits;
import dev.ckpt.format.record.TaskThread;
import dev.ckpt.format.record.VdsoImage;
import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChecksTest {
  private static final int CAP_IPC_LOCK = 14;
  private static final int CAP_SETPCAP = 8;
  private static final int CAP_OF_NOBODY = 62;
  private static final int CAP_SYS_ADMIN = 21;
  private static final int CAP_SYS_RESOURCE = 24;
  private static final int CAP_SYS_TIME = 25;
  private static final int CAP_CHECKPOINT_RESTORE = 40;
  private static final int O_WRONLY = 1;
  private static final int O_RDWR = 2;

  @TempDir private Path folder;
  private Path data;
  private HandMade image;
  private List<String> notes = List.of();

  @BeforeEach
  void makeFiles() throws IOException {
    Path exe = Files.writeString(folder.resolve("program"), "program");
    data = Files.writeString(folder.resolve("data"), "data");
    image = new HandMade(saved(exe));
  }

  /** As a dump would note it now. */
  private static FileRef saved(Path path) throws IOException {
    FileStat stat = FileStat.of(path.toString());
    return HandMade.fileRef(path, stat.size(), stat.mtimeNanos());
  }

  private static boolean has(int capability) throws IOException {
    return (ProcFs.of(Tasks.self()).status().capEff() >>> capability & 1) != 0;
  }

  /** Codes of what stands in the way, those by which these tests run left out. */
  private Set<String> codes(RestartOptions options) throws IOException {
    Set<String> codes = new TreeSet<>();
    Checks checks = new Checks(image.build(), options);
    try {
      checks.run();
    } catch (UnsupportedStateException e) {
      for (Refusal refusal : e.refusals()) {
        assertFalse(refusal.remedy().isBlank(), refusal.code().name());
        codes.add(refusal.code().name());
      }
    }
    if (!has(CAP_CHECKPOINT_RESTORE) && !has(CAP_SYS_ADMIN)) {
      assertTrue(codes.remove("NO_RIGHT_TO_PIDS"), "pids cannot be chosen here");
    }
    notes = checks.notes();
    return codes;
  }

  private Set<String> codes() throws IOException {
    return codes(RestartOptions.of());
  }

  @Test
  void whatWasDumpedHereCanBeRestored() throws IOException {
    assertEquals(Set.of(), codes());
    assertEquals(List.of(), notes);
  }

  private Set<String> codesInNamespace() throws IOException {
    return codes(RestartOptions.of().withPids(PidPolicy.NAMESPACE));
  }

  @Test
  void aNamespaceOfItsOwnHasItsNumbers() throws IOException {
    assertEquals(Set.of(), codesInNamespace());
    image.tid = Tasks.self();
    assertEquals(Set.of("PID_TAKEN"), codes());
    assertEquals(Set.of(), codesInNamespace());
    image.tid = 1;
    assertEquals(Set.of("PID_TAKEN"), codesInNamespace());
  }

  @Test
  void aNamespaceOfItsOwnHidesOtherProcesses() throws IOException {
    image.file = saved(Path.of("/proc/self").toRealPath().resolve("environ"));
    image.openFlags = 0;
    assertEquals(Set.of("OUTSIDE_NAMESPACE"), codesInNamespace());
    image.file = saved(Path.of("/proc/version"));
    assertEquals(Set.of(), codesInNamespace());
    image.cwd = "/proc/" + Tasks.self();
    assertEquals(Set.of("OUTSIDE_NAMESPACE"), codesInNamespace());
  }

  @Test
  void aNewPidTakesATidThatIsFound() throws IOException {
    RestartOptions options = RestartOptions.of().withPids(PidPolicy.NEW);
    image.tid = Tasks.self();
    assertEquals(Set.of("NEW_PID"), codes(options), "no set_tid_address");
    image.tidAddress = 0x7f0000000ffcL;
    image.mappedFlags = VmFlag.WR.bit();
    image.mappedKind = VmaKind.FILE_PRIVATE;
    image.file = saved(data);
    assertEquals(Set.of(), codes(options));
    assertTrue(notes.get(0).startsWith("pid: it was " + image.tid), notes.toString());
    image.tidAddress++;
    assertEquals(Set.of("NEW_PID"), codes(options), "beyond the mapping");
    image.tidAddress--;
    image.cwd = "/proc/" + image.tid;
    assertEquals(Set.of("NEW_PID"), codes(options));
  }

  @Test
  void aUserNamespaceHasOneUser() throws IOException {
    assumeTrue(!has(CAP_SYS_ADMIN), "we may make a pid namespace without");
    assertEquals(Set.of(), codesInNamespace());
    image.uid = 1;
    assertEquals(Set.of("CREDS_DIFFER", "NO_RIGHT_TO_USER"), codesInNamespace());
  }

  @Test
  void refusesAnotherMachine() throws IOException {
    image.arch = 183;
    image.vdsoCrc++;
    assertEquals(Set.of("ARCH_DIFFERS"), codes());
  }

  @Test
  void refusesAnotherVdso() throws IOException {
    image.vdsoCrc++;
    assertEquals(Set.of("VDSO_DIFFERS"), codes());
  }

  /** The image has a vdso, which is not ours by one byte of what nobody looks at. */
  private void haveAnotherVdso() throws IOException {
    byte[] vdso = Vdso.ownContent();
    assumeTrue(vdso.length == HandMade.VDSO_END - HandMade.VDSO_START, "a vdso of another size");
    vdso[vdso.length - 1]++;
    CRC32C crc = new CRC32C();
    crc.update(vdso);
    image.vdsoCrc = (int) crc.getValue();
    image.more.add(new VdsoImage(ByteString.of(vdso)));
  }

  @Test
  void saysThatItIsAnotherKernel() throws IOException {
    haveAnotherVdso();
    assertEquals(Set.of(), codes());
    assertEquals(List.of("vdso: that of kernel test is kept, and leads to this kernel's"), notes);
  }

  @Test
  void refusesAThreadInAnotherVdso() throws IOException {
    haveAnotherVdso();
    UserRegs regs = new UserRegs(new long[UserRegs.WORDS]);
    image.more.add(HandMade.cpu(image.tid, regs.with(UserRegs.RIP, HandMade.VDSO_END)));
    assertEquals(Set.of(), codes());
    image.more.add(HandMade.cpu(image.tid, regs.with(UserRegs.RIP, HandMade.VDSO_END - 1)));
    assertEquals(Set.of("VDSO_DIFFERS"), codes());
  }

  @Test
  void refusesADeviceThatIsAnother() throws IOException {
    image.device = new FileChrdev(ByteString.of("/dev/null"), 1, 3, 2, 0);
    assertEquals(Set.of(), codes());
    image.device = new FileChrdev(ByteString.of("/dev/null"), 1, 5, 2, 0);
    assertEquals(Set.of("FILE_CHANGED"), codes());
    image.device = new FileChrdev(ByteString.of(data.toString()), 1, 3, 2, 0);
    assertEquals(Set.of("FILE_CHANGED"), codes());
    image.device = new FileChrdev(ByteString.of(folder + "/none"), 1, 3, 2, 0);
    assertEquals(Set.of("FILE_GONE"), codes());
  }

  @Test
  void refusesACpuThatCanDoLess() throws IOException {
    image.cpuFeatures += " amx_dream kernel_made_up";
    assertEquals(Set.of("CPU_DIFFERS"), codes());
    image.cpuFeatures = "";
    assertEquals(Set.of(), codes());
  }

  @Test
  void saysThatItIsAnotherBoot() throws IOException {
    image.bootId = new UUID(3, 4);
    assertEquals(Set.of(), codes());
    assertEquals(1, notes.size());
    assertTrue(notes.get(0).startsWith("clock: "), notes.get(0));
  }

  @Test
  void refusesAClockThatWouldGoBackUnlessItCanHaveItsOwn() throws IOException {
    image.monotonicNanos = Long.MAX_VALUE / 2;
    assertEquals(Set.of(), codes());
    assertEquals(List.of(), notes);
    image.bootId = new UUID(3, 4);
    boolean canHaveItsOwn =
        Files.exists(Path.of("/proc/self/ns/time")) && Checks.hasCapability(CAP_SYS_TIME);
    assertEquals(canHaveItsOwn ? Set.of() : Set.of("CLOCK_BACK"), codes());
  }

  @Test
  void refusesAPidThatIsTaken() throws IOException {
    image.tid = Tasks.self();
    assertEquals(Set.of("PID_TAKEN"), codes());
    // A thread's number is taken too, although it is no process.
    image.tid = Tasks.selfThread();
    assertEquals(Set.of("PID_TAKEN"), codes());
  }

  @Test
  void refusesAnotherUserUnlessRoot() throws IOException {
    image.uid = Tasks.effectiveUser() + 1;
    assertEquals(Tasks.effectiveUser() == 0 ? Set.of() : Set.of("NO_RIGHT_TO_USER"), codes());
  }

  @Test
  void refusesCapabilitiesThatWeLack() throws IOException {
    image.permitted = 1L << CAP_OF_NOBODY;
    assertEquals(Set.of("CREDS_DIFFER"), codes());
    image.permitted = 0;
    image.boundingToggled = 1L << CAP_OF_NOBODY;
    assertEquals(Set.of("CREDS_DIFFER"), codes());
  }

  @Test
  void takesASmallerBoundingSetIfItMaySetIt() throws IOException {
    image.boundingToggled = Long.lowestOneBit(ProcFs.of(Tasks.self()).status().capBnd());
    assertEquals(
        has(CAP_SETPCAP) || image.boundingToggled == 0 ? Set.of() : Set.of("CREDS_DIFFER"),
        codes());
  }

  @Test
  void refusesLimitsAboveOurs() throws IOException {
    image.hardLimits[Rlimits.RLIM_NLIMITS - 1] = -1;
    for (int i = 0; i < image.hardLimits.length; i++) {
      if (image.hardLimits[i] != -1) {
        image.hardLimits[i]++;
      }
    }
    boolean unlimited =
        ProcFs.of(Tasks.self()).limits().rlimits().stream().allMatch(limit -> limit.hard() == -1);
    boolean may = has(CAP_SYS_RESOURCE) || unlimited;
    assertEquals(may ? Set.of() : Set.of("RLIMIT"), codes());
  }

  @Test
  void refusesMoreLockedMemoryThanWeMayLock() throws IOException {
    long locked = 1L << 46;
    image.vmas.add(
        new Vma(
            0x1000,
            0x1000 + locked,
            3,
            0x22,
            VmFlag.LO.bit(),
            0,
            0,
            ByteString.of(""),
            VmaKind.ANON_PRIVATE));
    long mayLock = ProcFs.of(Tasks.self()).limits().get(Limits.RLIMIT_MEMLOCK).hard();
    boolean may = has(CAP_IPC_LOCK) || mayLock == -1;
    assertEquals(may ? Set.of() : Set.of("MLOCK_LIMIT"), codes());
  }

  @Test
  void refusesAnIoFlusherWithoutTheRightToIt() throws IOException {
    image.threadFlags = TaskThread.IO_FLUSHER;
    assertEquals(has(CAP_SYS_RESOURCE) ? Set.of() : Set.of("PRCTL_IO_FLUSHER"), codes());
  }

  @Test
  void takesLowerLimits() throws IOException {
    for (int i = 0; i < image.hardLimits.length; i++) {
      image.hardLimits[i] = 0;
    }
    assertEquals(Set.of(), codes());
  }

  @Test
  void refusesAProgramThatIsGoneOrChanged() throws IOException {
    Path exe = Path.of(image.exe.path().toString());
    Files.writeString(exe, "PROGRAM!");
    assertEquals(Set.of("FILE_CHANGED"), codes());
    Files.writeString(exe, "PROGRAM");
    Files.setLastModifiedTime(exe, FileTime.fromMillis(1));
    assertEquals(Set.of("FILE_CHANGED"), codes(), "the same size, another time");
    Files.delete(exe);
    assertEquals(Set.of("FILE_GONE"), codes());
  }

  @Test
  void aCopyWithTheSameTimeIsAsGood() throws IOException {
    Path exe = Path.of(image.exe.path().toString());
    // Whole milliseconds: Java copies no more than microseconds.
    Files.setLastModifiedTime(exe, FileTime.fromMillis(1_700_000_000_123L));
    image.exe = saved(exe);
    Path copy = folder.resolve("copy");
    Files.copy(exe, copy, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
    Files.move(copy, exe, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertEquals(Set.of(), codes());
  }

  @Test
  void refusesAFolderThatIsGone() throws IOException {
    image.cwd = folder.resolve("no").toString();
    assertEquals(Set.of("CWD_GONE"), codes());
    Files.createDirectory(folder.resolve("no"));
    assertEquals(Set.of(), codes());
  }

  /** A file in its place would be found out in the middle of the restore only. */
  @Test
  void refusesAWorkingFolderThatIsAFileNow() throws IOException {
    image.cwd = data.toString();
    assertEquals(Set.of("CWD_GONE"), codes());
  }

  @Test
  void whatTheTaskWroteMayHaveChanged() throws IOException {
    image.file = saved(data);
    Files.writeString(data, "changed");
    for (int flags : new int[] {O_WRONLY, O_RDWR, O_WRONLY | 02000}) {
      image.openFlags = flags;
      assertEquals(Set.of(), codes());
      assertEquals(1, notes.size());
      assertTrue(notes.get(0).contains(data.toString()), notes.get(0));
      assertEquals(
          Set.of("FILE_CHANGED"), codes(RestartOptions.of().withFiles(FilesPolicy.STRICT)));
    }
  }

  @Test
  void whatTheTaskOnlyReadMayNot() throws IOException {
    image.file = saved(data);
    image.openFlags = 0;
    assertEquals(Set.of(), codes());
    Files.writeString(data, "changed");
    assertEquals(Set.of("FILE_CHANGED"), codes());
  }

  @Test
  void aWritableSharedMappingIsLikeAnOpenFile() throws IOException {
    image.file = saved(data);
    image.mappedFlags = VmFlag.SH.bit() | VmFlag.MW.bit();
    Files.writeString(data, "changed");
    assertEquals(Set.of(), codes());
    assertEquals(1, notes.size());
    image.mappedFlags = VmFlag.SH.bit();
    assertEquals(Set.of("FILE_CHANGED"), codes(), "never writable");
    image.mappedFlags = VmFlag.MW.bit();
    image.mappedKind = VmaKind.FILE_PRIVATE;
    assertEquals(Set.of("FILE_CHANGED"), codes(), "private: the rest of the file counts");
    image.openFlags = O_RDWR;
    assertEquals(Set.of("FILE_CHANGED"), codes(), "although it is open for writing too");
  }

  @Test
  void aTerminalNeedsOneOfOurs() throws IOException {
    image.tty = true;
    boolean ours = false;
    for (int fd = 0; fd < 3; fd++) {
      ours |= dev.ckpt.core.kernel.Files.isTty(fd);
    }
    assertEquals(ours ? Set.of() : Set.of("NO_TTY"), codes());
    assertEquals(-1, new Checks(image.build(), RestartOptions.of()).ttyFd());
  }

  /** No machine promises so many, and hardly one has pages of that size. */
  @Test
  void hugePagesMustBeThere() throws IOException {
    int hugeFlags = 0x22 | 0x40000 | 36 << 26;
    long start = 0x100000000000L;
    long end = start + (4L << 36);
    Vma promised =
        new Vma(
            start,
            end,
            3,
            hugeFlags,
            VmFlag.HT.bit(),
            0,
            0,
            ByteString.EMPTY,
            VmaKind.ANON_PRIVATE);
    Vma loose =
        new Vma(
            start,
            end,
            3,
            hugeFlags,
            VmFlag.HT.bit() | VmFlag.NR.bit(),
            0,
            0,
            ByteString.EMPTY,
            VmaKind.ANON_PRIVATE);
    image.vmas.add(loose);
    assertEquals(Set.of(), codes());
    image.vmas.set(0, promised);
    assertEquals(Set.of("HUGETLB_POOL"), codes());
  }

  @Test
  void numaNodesMustBeThereUnlessTheyAreRelative() throws IOException {
    ByteString last = ByteString.of(new byte[] {0, 0, 0, 0, 0, 0, 0, (byte) 0x80});
    image.more.add(new Mempolicy(image.tid, 0, 2, ByteString.of(new byte[] {1})));
    image.more.add(new Mempolicy(0, 0x7000, 2 | Mempolicy.MPOL_F_RELATIVE_NODES, last));
    assertEquals(Set.of(), codes());
    image.more.add(new Mempolicy(0, 0x9000, 2, last));
    assertEquals(Set.of("NUMA_NODES"), codes());
  }

  @Test
  void everythingIsSaidAtOnce() throws IOException {
    image.vdsoCrc++;
    image.tid = Tasks.self();
    image.cwd = "/no/such/folder";
    image.file = HandMade.fileRef(folder.resolve("no"), 1, 1);
    assertEquals(Set.of("CWD_GONE", "FILE_GONE", "PID_TAKEN", "VDSO_DIFFERS"), codes());
  }
}
