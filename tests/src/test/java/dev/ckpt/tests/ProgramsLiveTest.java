package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ckpt.core.checkpoint.TcpPolicy;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.error.RefusalCode;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every program that keeps one kind of state comes through dump and restore, in every scenario. */
@Tag("live")
class ProgramsLiveTest {
  /** Programs whose unix connections to other processes come back closed. */
  private static final String EXT_UNIX = "ext-unix";

  /** What becomes of the TCP connections of programs of a category. */
  private static final Map<String, TcpPolicy> CATEGORIES =
      Map.of(
          "save",
          TcpPolicy.REFUSE,
          EXT_UNIX,
          TcpPolicy.REFUSE,
          "tcp-close",
          TcpPolicy.CLOSE,
          "tcp-established",
          TcpPolicy.KEEP);

  static Stream<Arguments> programs() {
    return CATEGORIES.keySet().stream()
        .sorted()
        .flatMap(category -> Programs.of(category).stream())
        .filter(program -> !program.isScript())
        .flatMap(program -> scenarios(program).map(scenario -> Arguments.of(program, scenario)));
  }

  /**
   * A task whose connections are kept never runs on; and when it has come back once, the other end
   * has gone on, so that it cannot a second time.
   */
  static Stream<Scenario> scenarios(Programs.Program program) {
    if (policy(program) == TcpPolicy.KEEP) {
      return Stream.of(Scenario.COMES_BACK, Scenario.COMES_BACK_IN_NAMESPACE, Scenario.GOES_ROUND);
    }
    boolean once = EMPTY_MESSAGES.contains(program.name());
    boolean noted = NOTES_ITS_PID.contains(program.name());
    boolean outside = KNOWS_OTHERS.contains(program.name());
    return Stream.of(Scenario.values())
        .filter(scenario -> !once || scenario != Scenario.COMES_BACK_FROM_CHAIN)
        .filter(scenario -> !outside || scenario != Scenario.COMES_BACK_IN_NAMESPACE)
        .filter(scenario -> !noted || scenario != Scenario.COMES_BACK_UNDER_ANOTHER_PID);
  }

  @ParameterizedTest
  @MethodSource("withEmptyMessages")
  void whatWouldBeLostIsRefusedTheSecondTime(Programs.Program program) throws IOException {
    try (LiveProgram live = LiveProgram.start(program)) {
      live.awaitReady();
      live.dump(live.besides("first"), false);
      UnsupportedStateException e =
          assertThrows(
              UnsupportedStateException.class, () -> live.dump(live.besides("second"), false));
      assertEquals(RefusalCode.SOCKET_QUEUE, e.code());
      live.finish(program.exitStatus());
    }
  }

  static Stream<Programs.Program> withEmptyMessages() {
    return Programs.of("save").stream().filter(program -> EMPTY_MESSAGES.contains(program.name()));
  }

  /** Programs with empty messages in their queues, which the kernel does not show twice. */
  static final Set<String> EMPTY_MESSAGES = Set.of("unix_pair", "unix_rights", "udp_queue");

  /**
   * Programs that have to do with processes outside: one to which another sends a signal, by the
   * number that it had there, and one with a pidfd of process 1.
   */
  private static final Set<String> KNOWS_OTHERS = Set.of("stopped", "pidfd");

  /** Programs of which the pid is noted: in a signal frame, by their helper, in what they send. */
  private static final Set<String> NOTES_ITS_PID =
      Set.of("sigaltstack_used", "sigaltstack_autodisarm", "unix_outside", "raw");

  private static TcpPolicy policy(Programs.Program program) {
    return CATEGORIES.getOrDefault(program.category(), TcpPolicy.REFUSE);
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("programs")
  void comesThrough(Programs.Program program, Scenario scenario) throws IOException {
    run(program, scenario);
  }

  static void run(Programs.Program program, Scenario scenario) throws IOException {
    try (LiveProgram live = LiveProgram.start(program)) {
      boolean extUnix = program.category().equals(EXT_UNIX);
      live.withDumpOptions(options -> options.withTcp(policy(program)).withExtUnix(extUnix))
          .awaitReady();
      scenario.run(live, program.exitStatus());
    }
  }
}
