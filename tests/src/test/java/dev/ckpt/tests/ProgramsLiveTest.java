package dev.ckpt.tests;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every program that keeps one kind of state comes through dump and restore, in every scenario. */
@Tag("live")
class ProgramsLiveTest {
  /** Programs whose TCP connections come back closed. */
  private static final String TCP_CLOSE = "tcp-close";

  static Stream<Arguments> programs() {
    return Stream.concat(Programs.of("save").stream(), Programs.of(TCP_CLOSE).stream())
        .filter(program -> !program.isScript())
        .flatMap(
            program ->
                Stream.of(Scenario.values()).map(scenario -> Arguments.of(program, scenario)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("programs")
  void comesThrough(Programs.Program program, Scenario scenario) throws IOException {
    run(program, scenario);
  }

  static void run(Programs.Program program, Scenario scenario) throws IOException {
    try (LiveProgram live = LiveProgram.start(program)) {
      boolean tcpClose = program.category().equals(TCP_CLOSE);
      live.withDumpOptions(options -> options.withTcpClose(tcpClose)).awaitReady();
      scenario.run(live, program.exitStatus());
    }
  }
}
