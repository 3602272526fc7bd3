package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.core.checkpoint.Checkpoint;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.error.Code;
import dev.ckpt.error.RefusalCode;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code ckpt check} says of a running task is what a dump of it refuses, and no more. */
@Tag("live")
class ForetellLiveTest {
  /** What nothing shows from outside, so that only a stopped task can be asked, by program. */
  private static final Map<String, Code> UNSEEN =
      Map.ofEntries(
          Map.entry("landlock", RefusalCode.LANDLOCK),
          Map.entry("filter_kills", RefusalCode.SECCOMP),
          Map.entry("filter_traps", RefusalCode.SECCOMP),
          Map.entry("filter_kills_option", RefusalCode.SECCOMP),
          Map.entry("filter_keeps_area", RefusalCode.SECCOMP),
          Map.entry("filter_keeps_mask", RefusalCode.SECCOMP),
          Map.entry("filter_asks", RefusalCode.SECCOMP),
          Map.entry("syscall_user_dispatch", RefusalCode.SYSCALL_DISPATCH),
          Map.entry("segments", RefusalCode.SEGMENTS),
          Map.entry("tls_descriptor", RefusalCode.SEGMENTS),
          Map.entry("code32", RefusalCode.TASK_32BIT),
          Map.entry("amx", RefusalCode.AMX),
          Map.entry("ldt", RefusalCode.LDT),
          Map.entry("keyring", RefusalCode.KEYRING),
          Map.entry("debug_registers", RefusalCode.DEBUG_REGISTERS),
          Map.entry("unix_sender_gone", RefusalCode.SOCKET_QUEUE),
          Map.entry("udp_filter", RefusalCode.SOCKET_QUEUE),
          Map.entry("udp_group", RefusalCode.SOCKET_QUEUE),
          Map.entry("udp_reuse", RefusalCode.SOCKET_QUEUE),
          Map.entry("rights_queue", RefusalCode.SOCKET_RIGHTS),
          Map.entry("rights_lease", RefusalCode.SOCKET_RIGHTS),
          Map.entry("rights_device", RefusalCode.FD_DEVICE),
          Map.entry("rights_shared", RefusalCode.FD_SHARED));

  static Stream<Programs.Program> refused() {
    return Programs.of("refuse").stream();
  }

  static Stream<Programs.Program> saved() {
    return Programs.of("save").stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("saved")
  void checkForetellsNothingOfWhatIsSaved(Programs.Program program) throws IOException {
    try (LiveProgram live = LiveProgram.start(program)) {
      live.awaitReady();
      assertEquals(List.of(), Checkpoint.obstacles(live.pid()));
      live.go();
      live.finish(program.exitStatus());
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void checkForetellsWhatADumpRefuses(Programs.Program program) throws IOException {
    try (LiveProgram live = LiveProgram.start(program)) {
      live.awaitReady();
      Set<Code> foretold = codes(Checkpoint.obstacles(live.pid()));
      Set<Code> refused = refused(live);
      refused.remove(UNSEEN.get(program.arguments().get(0)));
      assertEquals(refused, foretold);
      live.finish(program.exitStatus());
    }
  }

  private static Set<Code> refused(LiveProgram live) throws IOException {
    try {
      live.dump(live.besides("image"), false);
      return new HashSet<>();
    } catch (UnsupportedStateException e) {
      return codes(e.refusals());
    }
  }

  private static Set<Code> codes(List<Refusal> refusals) {
    Set<Code> codes = new HashSet<>();
    refusals.forEach(refusal -> codes.add(refusal.code()));
    return codes;
  }
}
