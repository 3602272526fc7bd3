package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.core.checkpoint.Checkpoint;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.error.Code;
import java.io.IOException;
import java.util.EnumSet;
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
          Map.entry("landlock", Code.LANDLOCK),
          Map.entry("filter_kills", Code.SECCOMP),
          Map.entry("filter_traps", Code.SECCOMP),
          Map.entry("filter_kills_option", Code.SECCOMP),
          Map.entry("filter_keeps_area", Code.SECCOMP),
          Map.entry("filter_keeps_mask", Code.SECCOMP),
          Map.entry("filter_asks", Code.SECCOMP),
          Map.entry("syscall_user_dispatch", Code.SYSCALL_DISPATCH),
          Map.entry("segments", Code.SEGMENTS),
          Map.entry("tls_descriptor", Code.SEGMENTS),
          Map.entry("code32", Code.TASK_32BIT),
          Map.entry("amx", Code.AMX),
          Map.entry("ldt", Code.LDT),
          Map.entry("keyring", Code.KEYRING),
          Map.entry("debug_registers", Code.DEBUG_REGISTERS),
          Map.entry("unix_sender_gone", Code.SOCKET_QUEUE),
          Map.entry("udp_filter", Code.SOCKET_QUEUE),
          Map.entry("udp_group", Code.SOCKET_QUEUE),
          Map.entry("udp_reuse", Code.SOCKET_QUEUE),
          Map.entry("rights_queue", Code.SOCKET_RIGHTS),
          Map.entry("rights_lease", Code.SOCKET_RIGHTS),
          Map.entry("rights_device", Code.FD_DEVICE),
          Map.entry("rights_shared", Code.FD_SHARED));

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
      return EnumSet.noneOf(Code.class);
    } catch (UnsupportedStateException e) {
      return codes(e.refusals());
    }
  }

  private static Set<Code> codes(List<Refusal> refusals) {
    Set<Code> codes = EnumSet.noneOf(Code.class);
    refusals.forEach(refusal -> codes.add(refusal.code()));
    return codes;
  }
}
