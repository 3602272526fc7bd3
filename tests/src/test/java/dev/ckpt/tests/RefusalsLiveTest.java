package dev.ckpt.tests;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.TaskState;
import dev.ckpt.core.tracee.StubTrial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What cannot be saved is refused with its code; there is no image, and the task is unharmed. */
@Tag("live")
class RefusalsLiveTest {
  /** What other programs have, and this one has in a way that was refused once. */
  private static final String SAVED = "saved";

  private static final Map<String, String> CODES =
      Map.ofEntries(
          Map.entry("epoll_fired", "EPOLL_FIRED"),
          Map.entry("epoll_outside", "EPOLL_OUTSIDE"),
          Map.entry("anon_shared", "FD_SHARED"),
          Map.entry("inotify_events", "INOTIFY_EVENTS"),
          Map.entry("fanotify", "FD_FANOTIFY"),
          Map.entry("netlink", "FD_SOCKET"),
          Map.entry("fifo_outside", "PIPE_OUTSIDE"),
          Map.entry("fifo_unread", "FIFO_UNREAD"),
          Map.entry("fifo_deleted", "FD_DELETED"),
          Map.entry("pty_queue", "PTY_QUEUE"),
          Map.entry("pty_stopped", "PTY_QUEUE"),
          Map.entry("pty_outside", "PTY_OUTSIDE"),
          Map.entry("pidfd_gone", "FD_PIDFD"),
          Map.entry("perf", "FD_PERF"),
          Map.entry("bpf", "FD_ANON_INODE"),
          Map.entry("io_uring", "FD_IO_URING"),
          Map.entry("userfaultfd", "FD_USERFAULTFD"),
          Map.entry("mq", "FD_DELETED"),
          Map.entry("proc_outside", "FD_PROC"),
          Map.entry("linked_file", "FD_DELETED"),
          Map.entry("deleted_outside", "FD_DELETED"),
          Map.entry("linked_mapping", "MAPPING_DELETED"),
          Map.entry("shmem_outside", "SHMEM_OUTSIDE"),
          Map.entry("owner_outside", "FD_OWNER"),
          Map.entry("lease_breaking", "LEASE_BREAKING"),
          Map.entry("posix_timer", "POSIX_TIMER"),
          Map.entry("filter_kills", "SECCOMP"),
          Map.entry("filter_traps", "SECCOMP"),
          Map.entry("filter_kills_option", "SECCOMP"),
          Map.entry("filter_keeps_area", "SECCOMP"),
          Map.entry("filter_keeps_mask", "SECCOMP"),
          Map.entry("filter_asks", "SECCOMP"),
          Map.entry("strict", "SECCOMP"),
          Map.entry("dumpable0", SAVED),
          Map.entry("oom_score_adj", SAVED),
          Map.entry("amx", "AMX"),
          Map.entry("ldt", "LDT"),
          Map.entry("tls_descriptor", "SEGMENTS"),
          Map.entry("keyring", "KEYRING"),
          Map.entry("debug_registers", "DEBUG_REGISTERS"),
          Map.entry("landlock", "LANDLOCK"),
          Map.entry("segments", "SEGMENTS"),
          Map.entry("code32", "TASK_32BIT"),
          Map.entry("device", "FD_DEVICE"),
          Map.entry("block_device", "FD_BLOCK_DEVICE"),
          Map.entry("syscall_user_dispatch", "SYSCALL_DISPATCH"),
          Map.entry("hugetlb_segment", "HUGETLB"),
          Map.entry("aio", "AIO"),
          Map.entry("memfd_secret", "MEMFD_SECRET"),
          Map.entry("netns", "NAMESPACE"),
          Map.entry("utsns", "NAMESPACE"),
          Map.entry("ipcns", "NAMESPACE"),
          Map.entry("mntns", "NAMESPACE"),
          Map.entry("cgroupns", "NAMESPACE"),
          Map.entry("timens_children", "NAMESPACE"),
          Map.entry("pidns_children", "NAMESPACE"),
          Map.entry("userns", "NAMESPACE"),
          Map.entry("chroot", "ROOT"),
          Map.entry("traced", "TASK_TRACED"),
          Map.entry("pipe_outside", "PIPE_OUTSIDE"),
          Map.entry("child", "TASK_CHILDREN"),
          Map.entry("zombie_child", "TASK_CHILDREN"),
          Map.entry("shared_mm", "TASK_CHILDREN"),
          Map.entry("vfork_parent", "TASK_CHILDREN"),
          Map.entry("mm_outside", "MM_SHARED"),
          Map.entry("files_outside", "FILES_SHARED"),
          Map.entry("fs_outside", "FS_SHARED"),
          Map.entry("traces", "TASK_TRACES"),
          Map.entry("thread_fs", "THREAD_UNSHARED"),
          Map.entry("thread_files", "THREAD_UNSHARED"),
          Map.entry("thread_creds_differ", SAVED),
          Map.entry("dead_leader", "TASK_DEAD_LEADER"),
          Map.entry("unix_outside", "SOCKET_OUTSIDE"),
          Map.entry("unix_shared", "SOCKET_SHARED"),
          Map.entry("unix_backlog", "SOCKET_BACKLOG"),
          Map.entry("rights_queue", "SOCKET_RIGHTS"),
          Map.entry("rights_lease", "SOCKET_RIGHTS"),
          Map.entry("rights_device", "FD_DEVICE"),
          Map.entry("rights_shared", "FD_SHARED"),
          Map.entry("unix_unlinked", "SOCKET_UNLINKED"),
          Map.entry("unix_oob", "SOCKET_OOB"),
          Map.entry("unix_peek_off", "SOCKET_PEEK_OFF"),
          Map.entry("ebpf_filter", "SOCKET_FILTER"),
          Map.entry("netlink_queue", "SOCKET_QUEUE"),
          Map.entry("udp_filter", "SOCKET_QUEUE"),
          Map.entry("unix_name", "SOCKET_NAME"),
          Map.entry("unix_sender_gone", "SOCKET_QUEUE"),
          Map.entry("unix_error", "SOCKET_ERROR"),
          Map.entry("tcp_connection", "TCP_CONNECTION"),
          Map.entry("tcp_backlog", "SOCKET_BACKLOG"),
          Map.entry("tcp_error", "SOCKET_ERROR"),
          Map.entry("udp_group", "SOCKET_QUEUE"),
          Map.entry("udp_reuse", "SOCKET_QUEUE"),
          Map.entry("udp_corked", "SOCKET_QUEUE"),
          Map.entry("raw_queue", "SOCKET_QUEUE"),
          Map.entry("packet_ring", "PACKET_RING"),
          Map.entry("packet_program", "SOCKET_FILTER"));

  static Stream<Programs.Program> programs() {
    return Programs.of("refuse").stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("programs")
  void isRefusedUnharmed(Programs.Program program) throws IOException {
    run(program);
  }

  static void run(Programs.Program program) throws IOException {
    String mode = program.arguments().get(0);
    String expected = CODES.get(mode);
    if (expected == null) {
      throw new AssertionError("no code is known for " + mode);
    }
    if (expected.equals(SAVED)) {
      for (Scenario scenario : Scenario.values()) {
        ProgramsLiveTest.run(program, scenario);
      }
      return;
    }
    assumeTrue(isSeen(mode), "nothing in this kernel tells of " + mode);
    try (LiveProgram live = LiveProgram.start(program)) {
      live.awaitReady();
      TaskState before = ProcFs.of(live.pid()).stat().state();
      Path image = live.besides("image");
      List<String> codes = refusalCodes(live, image);
      if (!codes.contains(expected)) {
        throw new AssertionError(
            (codes.isEmpty() ? "was dumped" : "refused with " + codes) + ", not " + expected);
      }
      if (Files.exists(image)) {
        throw new AssertionError("left an image");
      }
      expectUntouched(live, before, expected.equals("TASK_TRACED"));
      live.finish(program.exitStatus());
    }
  }

  private static boolean isSeen(String mode) throws IOException {
    if (!mode.equals("syscall_user_dispatch")) {
      return true;
    }
    try {
      StubTrial.trySyscallDispatch();
      return true;
    } catch (SyscallException e) {
      // Before Linux 6.4; anything else would be news.
      if (e.errno() != Errno.EIO) {
        throw e;
      }
      return false;
    }
  }

  private static List<String> refusalCodes(LiveProgram live, Path image) throws IOException {
    try {
      live.dump(image, false);
      return List.of();
    } catch (UnsupportedStateException e) {
      return e.refusals().stream().map(refusal -> refusal.code().name()).distinct().toList();
    }
  }

  /** Nobody traces it, and it is stopped only if it was. */
  private static void expectUntouched(LiveProgram live, TaskState before, boolean traced)
      throws IOException {
    // A tracer of its own stops it for a moment at each signal.
    Await.until(
        "the state of before",
        () -> {
          TaskState now = ProcFs.of(live.pid()).stat().state();
          boolean stopped = now == TaskState.STOPPED || now == TaskState.TRACING_STOP;
          return now == before || !stopped;
        },
        () -> "was " + before + ": " + live.describe());
    if (!traced && ProcFs.of(live.pid()).status().tracerPid() != 0) {
      throw new AssertionError("is traced: " + live.describe());
    }
  }
}
