package dev.ckpt.tests;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever looks at a task from outside sees the same task after a dump, and after a restore. */
@Tag("live")
class OutsideLiveTest {
  static Stream<Programs.Program> programs() {
    return Programs.of("save").stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("programs")
  void looksTheSameAfterDump(Programs.Program program) throws IOException {
    try (LiveProgram live = LiveProgram.start(program)) {
      live.awaitReady();
      OutsideView before = OutsideView.steady(live.pid());
      live.dump(live.besides("image"), false);
      before.expect(live.pid());
      live.finish(program.exitStatus());
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("programs")
  void looksTheSameAfterRestore(Programs.Program program) throws IOException {
    try (LiveProgram live = LiveProgram.start(program)) {
      live.awaitReady();
      OutsideView before = OutsideView.steady(live.pid());
      Path image = live.besides("image");
      live.dump(image, true);
      live.restore(image, false);
      before.expect(live.pid());
      live.finish(program.exitStatus());
    }
  }
}
