package dev.ckpt.mem;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.checkpoint.RefusalLists;
import dev.ckpt.core.checkpoint.Refusals;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.Smaps;
import dev.ckpt.core.proc.SmapsEntry;
import dev.ckpt.format.record.VmaKind;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VmaSurveyTest {
  private static final String USUAL = "rd wr mr mw me ac sd";
  private static final String[] SIZES = {
    "Size",
    "KernelPageSize",
    "MMUPageSize",
    "Rss",
    "Pss",
    "Shared_Clean",
    "Shared_Dirty",
    "Private_Clean",
    "Private_Dirty",
    "Referenced",
    "Anonymous",
    "AnonHugePages",
    "Shared_Hugetlb",
    "Private_Hugetlb",
    "Swap",
    "Locked"
  };

  /** One mapping as smaps shows it, read by the parser that reads real ones. */
  private static SmapsEntry entry(String perms, long inode, String name, String flags, int key)
      throws Exception {
    StringBuilder text = new StringBuilder();
    String device = inode == 0 ? "00:00" : "fe:01";
    text.append("7f0000000000-7f0000010000 " + perms + " 00000000 " + device + " " + inode);
    text.append(name.isEmpty() ? " \n" : "      " + name + "\n");
    for (String size : SIZES) {
      text.append(size + ":                  4 kB\n");
    }
    text.append("ProtectionKey:         " + key + "\n");
    text.append("VmFlags: " + flags + " \n");
    return Smaps.parse(text.toString().getBytes(UTF_8)).entries().get(0);
  }

  /** The kind, or the code of the only refusal. */
  private static String verdict(SmapsEntry entry) {
    Refusals refusals = RefusalLists.of(812);
    Optional<VmaKind> kind = new VmaSurvey(refusals, false).kindOf(entry);
    List<Refusal> found = RefusalLists.list(refusals);
    assertEquals(kind.isPresent() ? 0 : 1, found.size(), found.toString());
    for (Refusal refusal : found) {
      assertTrue(
          refusal.object().startsWith("[pid 812] mapping 7f0000000000-7f0000010000 ("),
          refusal.object());
      assertFalse(refusal.remedy().isBlank());
    }
    return kind.map(Enum::name).orElseGet(() -> found.get(0).code().name());
  }

  private static String verdict(String perms, long inode, String name, String flags)
      throws Exception {
    return verdict(entry(perms, inode, name, flags, 0));
  }

  @ParameterizedTest
  @CsvSource({
    "rw-p,0,'',ANON_PRIVATE",
    "rw-p,0,[heap],ANON_PRIVATE",
    "rw-p,0,[anon:name],ANON_PRIVATE",
    "---p,0,'',ANON_PRIVATE",
    "r-xp,4711,/bin/cat,FILE_PRIVATE",
    "r--p,4711,/bin/cat (deleted),FILE_PRIVATE",
    "rw-s,4711,/tmp/data,FILE_SHARED",
    "rw-s,4711,/dev/zero (deleted),ANON_SHARED",
    "rw-s,4711,[anon_shmem:name],ANON_SHARED",
    "rw-s,4711,/dev/shm/data,FILE_SHARED",
    "rw-s,4711,/memfd:buffer (deleted),ANON_SHARED",
    "rw-s,98304,/SYSV00000000 (deleted),ANON_SHARED",
    "rw-p,4711,/memfd:buffer (deleted),FILE_PRIVATE",
    "r-xp,0,[vdso],VDSO",
    "r--p,0,[vvar],VVAR",
    "r--p,0,[vvar_vclock],VVAR",
    "--xp,0,[vsyscall],VSYSCALL"
  })
  void kindsAreToldByNameAndSharing(String perms, long inode, String name, String kind)
      throws Exception {
    assertEquals(kind, verdict(perms, inode, name, USUAL));
  }

  @Test
  void whatGrowsDownIsOfTheStacksKind() throws Exception {
    assertEquals("STACK", verdict("rw-p", 0, "[stack]", USUAL + " gd"));
    assertEquals("STACK", verdict("rw-p", 0, "", USUAL + " gd"));
  }

  @ParameterizedTest
  @CsvSource({
    "rw-s,4711,/[aio] (deleted),AIO",
    "rw-s,4711,anon_inode:[io_uring],VMA_DEVICE",
    "rw-s,4711,anon_inode:[perf_event],VMA_DEVICE",
    "rw-s,4711,socket:[77],VMA_DEVICE",
    "rw-s,4711,/dev/mem,VMA_DEVICE",
    "rw-p,4711,/dev/zero,VMA_DEVICE",
    "rw-s,4711,/dev/nvidia0,VMA_DEVICE",
    "rw-s,4711,/secretmem (deleted),MEMFD_SECRET"
  })
  void someNamesAreRefused(String perms, long inode, String name, String code) throws Exception {
    assertEquals(code, verdict(perms, inode, name, USUAL));
  }

  @ParameterizedTest
  @CsvSource({
    "ht,HUGETLB",
    "io,VMA_DEVICE",
    "pf,VMA_DEVICE",
    "mm,VMA_DEVICE",
    "um,USERFAULTFD",
    "uw,USERFAULTFD",
    "ui,USERFAULTFD",
    "ss,SHADOW_STACK",
    "de,VMA_FLAG",
    "sf,VMA_FLAG",
    "ar,VMA_FLAG",
    "bt,VMA_FLAG",
    "??,VMA_FLAG",
    "zz,VMA_FLAG"
  })
  void someFlagsAreRefused(String flag, String code) throws Exception {
    assertEquals(code, verdict("rw-p", 0, "", USUAL + " " + flag));
    assertEquals(code, verdict("rw-p", 4711, "/tmp/file", flag + " " + USUAL));
  }

  @Test
  void flagsThatComeAgainAreKept() throws Exception {
    String flags = "rd wr ex sh mr mw me ms dw sr rr dc ac nr wf dd sd hg nh mg lo lf sl dp gu";
    assertEquals("ANON_PRIVATE", verdict("rwxp", 0, "", flags));
  }

  @ParameterizedTest
  @CsvSource({
    "rw-p,/anon_hugepage (deleted),ANON_PRIVATE",
    "rw-s,/anon_hugepage (deleted),ANON_SHARED",
    "rw-s,/memfd:buffer (deleted),ANON_SHARED",
    "rw-p,/memfd:buffer (deleted),FILE_PRIVATE",
    "rw-s,/SYSV00000000 (deleted),HUGETLB",
    "rw-s,/dev/hugepages/data,HUGETLB",
    "rw-p,/dev/hugepages/data,HUGETLB"
  })
  void hugeTlbPagesAreKeptUnlessTheyBelongToTheMachine(String perms, String name, String verdict)
      throws Exception {
    assertEquals(verdict, verdict(perms, 4711, name, "rd wr mr mw me de ht"));
  }

  @Test
  void protectionKeysAreKept() throws Exception {
    assertEquals("ANON_PRIVATE", verdict(entry("rw-p", 0, "", USUAL, 1)));
    assertEquals("ANON_PRIVATE", verdict(entry("rw-p", 0, "", USUAL, 0)));
  }

  /** What the kernel makes by itself may have flags that nobody else may have. */
  @Test
  void mappingsOfTheKernelMayHaveAnyFlags() throws Exception {
    assertEquals("VVAR", verdict("r--p", 0, "[vvar]", "rd mr pf io de dd sd"));
    assertEquals("VDSO", verdict("r-xp", 0, "[vdso]", "rd ex mr mw me de sl"));
  }

  @Test
  void aFileThatIsDeletedIsRefused() throws Exception {
    Refusals refusals = RefusalLists.of(812);
    new VmaSurvey(refusals, false)
        .refuseDeleted(entry("r-xp", 4711, "/x (deleted)", USUAL, 0), "is a test");
    assertEquals("MAPPING_DELETED", RefusalLists.list(refusals).get(0).code().name());
  }

  @Test
  void ourOwnMappingsHaveKinds() throws Exception {
    Refusals refusals = RefusalLists.of(812);
    VmaSurvey survey = new VmaSurvey(refusals, false);
    List<SmapsEntry> own =
        ProcFs.of(Math.toIntExact(ProcessHandle.current().pid())).smaps().entries();
    long found = own.stream().filter(entry -> survey.kindOf(entry).isPresent()).count();
    assertEquals(own.size(), found, () -> RefusalLists.list(refusals).toString());
  }
}
