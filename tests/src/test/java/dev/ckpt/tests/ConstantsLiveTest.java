package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.core.kernel.Tasks;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Numbers that we repeat from C headers are what the headers here say: a C program prints them.
 * Tagged live because it needs a compiler and the kernel's headers, as the other live tests do.
 */
@Tag("live")
class ConstantsLiveTest {
  private static final String[] CLASSES = {
    "dev.ckpt.cli.Machine",
    "dev.ckpt.core.checkpoint.RareSettings",
    "dev.ckpt.core.checkpoint.RemoteQueries",
    "dev.ckpt.core.checkpoint.Survey",
    "dev.ckpt.core.checkpoint.ThreadFlags",
    "dev.ckpt.core.kernel.Bpf",
    "dev.ckpt.core.kernel.Clocks",
    "dev.ckpt.core.kernel.Epoll",
    "dev.ckpt.core.kernel.Errno",
    "dev.ckpt.core.kernel.Fcntl",
    "dev.ckpt.core.kernel.FileStat",
    "dev.ckpt.core.kernel.Files",
    "dev.ckpt.core.kernel.Hugetlb",
    "dev.ckpt.core.kernel.GroupFilter",
    "dev.ckpt.core.kernel.Inotify",
    "dev.ckpt.core.kernel.KernelFeatures",
    "dev.ckpt.core.kernel.NetDevice",
    "dev.ckpt.core.kernel.Netinet",
    "dev.ckpt.core.kernel.Netlink",
    "dev.ckpt.core.kernel.Numbers",
    "dev.ckpt.core.kernel.Packet",
    "dev.ckpt.core.kernel.PacketDiag",
    "dev.ckpt.core.kernel.Ptrace",
    "dev.ckpt.core.kernel.PtyIoctl",
    "dev.ckpt.core.kernel.Scheduler",
    "dev.ckpt.core.kernel.Signals",
    "dev.ckpt.core.kernel.Seccomp",
    "dev.ckpt.core.kernel.SockDiag",
    "dev.ckpt.core.kernel.Socket",
    "dev.ckpt.core.kernel.ControlMessage",
    "dev.ckpt.core.kernel.Sockets",
    "dev.ckpt.core.kernel.Spawn",
    "dev.ckpt.core.kernel.SysvIpc",
    "dev.ckpt.core.kernel.Terminal",
    "dev.ckpt.core.checkpoint.file.Terminal",
    "dev.ckpt.core.kernel.UdpDiag",
    "dev.ckpt.core.kernel.UnixDiag",
    "dev.ckpt.core.kernel.Userfaultfd",
    "dev.ckpt.core.kernel.x86_64.SyscallNumbers",
    "dev.ckpt.core.proc.Limits",
    "dev.ckpt.core.proc.MapsEntry",
    "dev.ckpt.core.proc.TimensOffsets",
    "dev.ckpt.core.tracee.Errand",
    "dev.ckpt.core.tracee.RemoteSyscalls",
    "dev.ckpt.core.tracee.RseqSection",
    "dev.ckpt.core.tracee.Stub",
    "dev.ckpt.core.tracee.x86_64.StubImage",
    "dev.ckpt.core.tracee.x86_64.UserRegs",
    "dev.ckpt.format.record.Header",
    "dev.ckpt.format.record.Mm",
    "dev.ckpt.format.record.Pty",
    "dev.ckpt.format.record.Sigpending",
    "dev.ckpt.mem.MmRecords",
    "dev.ckpt.mem.PagemapScan",
    "dev.ckpt.rstr.AddressSpace",
    "dev.ckpt.rstr.Checks",
    "dev.ckpt.rstr.Clone3",
    "dev.ckpt.rstr.Creds",
    "dev.ckpt.rstr.EmbeddedFiles",
    "dev.ckpt.rstr.GhostFiles",
    "dev.ckpt.rstr.LockedMemory",
    "dev.ckpt.rstr.MemoryObjects",
    "dev.ckpt.rstr.PosixTimers",
    "dev.ckpt.rstr.Restore",
    "dev.ckpt.rstr.Scheduling",
    "dev.ckpt.rstr.Staging",
    "dev.ckpt.rstr.SysvAttachments",
    "dev.ckpt.rstr.SysvSegments",
    "dev.ckpt.rstr.TaskStruct",
    "dev.ckpt.rstr.ThreadFlags",
    "dev.ckpt.rstr.Threads",
    "dev.ckpt.rstr.TimeNamespace",
    "dev.ckpt.rstr.Timers",
    "dev.ckpt.rstr.Userfault",
    "dev.ckpt.rstr.VdsoMapping",
    "dev.ckpt.rstr.file.Eventfd",
    "dev.ckpt.core.checkpoint.file.TcpConnections",
    "dev.ckpt.rstr.file.TcpConnections",
    "dev.ckpt.rstr.file.Timerfd",
    "dev.ckpt.format.record.FileTimerfd"
  };

  /** Classes of nothing but such numbers: each one of theirs must be asked for. */
  private static final Set<String> COMPLETE =
      Set.of(
          "Bpf",
          "Errno",
          "Fcntl",
          "Netinet",
          "Netlink",
          "Packet",
          "Ptrace",
          "PtyIoctl",
          "Scheduler",
          "Seccomp",
          "Signals",
          "Socket",
          "SyscallNumbers",
          "FileStat",
          "Limits",
          "UserRegs");

  /** No header has these. */
  private static final Set<String> OURS = Set.of("UserRegs.USER_CS", "Limits.RLIM_INFINITY");

  /** Offsets and numbers that stand in expressions, as FileStat, Tracee and others have them. */
  private static final Map<String, Long> LITERALS = new HashMap<>();

  static {
    String[] literals = {
      "sched_attr.sched_policy 4",
      "sched_attr.sched_flags 8",
      "sched_attr.sched_nice 16",
      "sched_attr.sched_priority 20",
      "sched_attr.sched_runtime 24",
      "sched_attr.sched_deadline 32",
      "sched_attr.sched_period 40",
      "sched_attr.sched_util_min 48",
      "sched_attr.sched_util_max 52",
      "statx.stx_blksize 4",
      "statx.stx_nlink 16",
      "statx.stx_blocks 48",
      "statx.stx_uid 20",
      "statx.stx_gid 24",
      "statx.stx_mode 28",
      "statx.stx_ino 32",
      "statx.stx_size 40",
      "statx.stx_mtime 112",
      "statx.stx_mtime.tv_nsec 120",
      "statx.stx_rdev_major 128",
      "statx.stx_rdev_minor 132",
      "statx.stx_dev_major 136",
      "statx.stx_dev_minor 140",
      "tcp_info.tcpi_options 5",
      "tcp_info.tcpi_unacked 24",
      "tcp_info.tcpi_sacked 28",
      "msghdr.msg_namelen 8",
      "msghdr.msg_iov 16",
      "msghdr.msg_iovlen 24",
      "msghdr.msg_control 32",
      "msghdr.msg_controllen 40",
      "msghdr.msg_flags 48",
      "unix_diag_req.udiag_states 4",
      "unix_diag_req.udiag_show 12",
      "unix_diag_msg.udiag_state 2",
      "unix_diag_msg.udiag_ino 4",
      "iovec 16",
      "iovec.iov_len 8",
      "ptrace_peeksiginfo_args 16",
      "ptrace_peeksiginfo_args.flags 8",
      "ptrace_peeksiginfo_args.nr 12",
      "stack_t.ss_flags 8",
      "stack_t.ss_size 16",
      "prctl_mm_map.auxv 88",
      "prctl_mm_map.auxv_size 96",
      "prctl_mm_map.exe_fd 100",
      "winsize.ws_col 2",
      "winsize.ws_xpixel 4",
      "winsize.ws_ypixel 6",
      "EIO_ENXIO 6",
      "SIG_SETMASK 2",
      "MADV_RANDOM 1",
      "MADV_SEQUENTIAL 2",
      "MADV_DONTFORK 10",
      "MADV_HUGEPAGE 14",
      "MADV_NOHUGEPAGE 15",
      "MADV_DONTDUMP 16",
      "MADV_WIPEONFORK 18",
      "ptrace_rseq_configuration 24",
      "ptrace_rseq_configuration.size 8",
      "ptrace_rseq_configuration.signature 12",
      "pm_scan_arg.flags 8",
      "pm_scan_arg.start 16",
      "pm_scan_arg.end 24",
      "pm_scan_arg.vec 40",
      "pm_scan_arg.vec_len 48",
      "pm_scan_arg.max_pages 56",
      "pm_scan_arg.category_inverted 64",
      "pm_scan_arg.category_mask 72",
      "pm_scan_arg.category_anyof_mask 80",
      "pm_scan_arg.return_mask 88",
      "page_region.end 8",
      "page_region.categories 16"
    };
    for (String literal : literals) {
      String[] words = literal.split(" ");
      LITERALS.put(words[0], Long.valueOf(words[1]));
    }
  }

  private static final String LITERAL = "literal.";
  private static final Map<String, Class<?>> BY_NAME = new HashMap<>();

  /** What the headers say, by Class.FIELD; those that they lack are in the other set. */
  private static final Map<String, Long> HEADERS = new LinkedHashMap<>();

  private static final Set<String> LACKING = new TreeSet<>();

  @BeforeAll
  static void ask(@TempDir Path folder) throws Exception {
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "numbers of x86-64");
    for (String name : CLASSES) {
      int dot = name.lastIndexOf('.');
      // Of two classes of one name the second is asked for with its package, as file.Terminal.
      boolean taken = BY_NAME.containsKey(name.substring(dot + 1));
      int from = taken ? name.lastIndexOf('.', dot - 1) : dot;
      BY_NAME.put(name.substring(from + 1), Class.forName(name));
    }
    Path program = folder.resolve("constants");
    Path source = Programs.root().resolve("tests/programs/probe/constants.c");
    run("cc", "-Wall", "-Wextra", "-Werror", "-o", program.toString(), source.toString());
    for (String line : run(program.toString()).split("\n")) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        HEADERS.put(line.substring(0, equals), Long.valueOf(line.substring(equals + 1)));
      } else {
        assertTrue(line.endsWith(" missing"), line);
        LACKING.add(line.substring(0, line.indexOf(' ')));
      }
    }
    System.out.println("ConstantsLiveTest: these headers lack " + LACKING);
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output;
  }

  @Test
  void oursAreWhatTheHeadersSay() throws ReflectiveOperationException {
    List<String> wrong = new ArrayList<>();
    int compared = 0;
    for (Map.Entry<String, Long> header : HEADERS.entrySet()) {
      String name = header.getKey();
      long ours = ours(name);
      // A constant of 32 bits may be unsigned in one of the two languages.
      long theirs = header.getValue();
      if (ours != theirs && (int) ours != theirs && ours != (int) theirs) {
        wrong.add(name + " is " + header.getValue() + ", not " + ours);
      }
      compared++;
    }
    assertEquals(List.of(), wrong);
    assertTrue(compared > 400, "compared " + compared);
  }

  private static long ours(String name) throws ReflectiveOperationException {
    if (name.startsWith(LITERAL)) {
      String literal = name.substring(LITERAL.length());
      assertTrue(LITERALS.containsKey(literal), "the list of literals lacks " + literal);
      return LITERALS.get(literal);
    }
    String type = name.substring(0, name.lastIndexOf('.'));
    String field = name.substring(name.lastIndexOf('.') + 1);
    if (type.equals("KcmpType")) {
      return Tasks.KcmpType.valueOf(field).ordinal();
    }
    return value(field(BY_NAME.get(type), field));
  }

  private static Field field(Class<?> type, String name) throws ReflectiveOperationException {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }

  private static long value(Field field) throws ReflectiveOperationException {
    return ((Number) field.get(null)).longValue();
  }

  /** What the headers here lack is compared where they have it; that it is there is known. */
  @Test
  void whatIsAskedForExists() throws ReflectiveOperationException {
    for (String name : LACKING) {
      ours(name);
    }
  }

  @Test
  void noneIsForgotten() {
    List<String> forgotten = new ArrayList<>();
    for (String type : COMPLETE) {
      for (Field field : BY_NAME.get(type).getDeclaredFields()) {
        int modifiers = field.getModifiers();
        String name = type + "." + field.getName();
        boolean constant =
            Modifier.isPublic(modifiers)
                && Modifier.isStatic(modifiers)
                && (field.getType() == int.class || field.getType() == long.class);
        if (constant
            && !HEADERS.containsKey(name)
            && !LACKING.contains(name)
            && !OURS.contains(name)) {
          forgotten.add(name);
        }
      }
    }
    assertEquals(List.of(), forgotten, "add them to tests/programs/probe/constants.c");
  }
}
