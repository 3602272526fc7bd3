package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs that know nothing of us are ended in the middle of their work and come back. */
@Tag("live")
class RealProgramsLiveTest {
  private static final int INPUT_BYTES = 48 << 20;
  private static final int SEED = 20240229;

  @TempDir static Path temporary;
  private static Path input;
  private static Path expected;

  @AfterAll
  static void forget() {
    input = null;
    expected = null;
  }

  static Stream<Arguments> scripts() {
    return Programs.of("save").stream()
        .filter(Programs.Program::isScript)
        .flatMap(
            script -> Scenario.RESTORES.stream().map(scenario -> Arguments.of(script, scenario)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("scripts")
  void scriptGoesOn(Programs.Program script, Scenario scenario) throws IOException {
    ProgramsLiveTest.run(script, scenario);
  }

  @ParameterizedTest
  @EnumSource(names = "RUNS_ON", mode = EnumSource.Mode.EXCLUDE)
  void gzipWritesWhatItWouldHave(Scenario scenario) throws IOException {
    prepare();
    Path base = LiveProgram.newFolder();
    Path output = base.resolve("own/output");
    try (LiveProgram gzip = gzip(base, output).withVerdict(() -> expectSame(expected, output))) {
      long half = Files.size(expected) / 2;
      Await.until("half of the output", () -> Files.size(output) > half, gzip::describe);
      scenario.run(gzip, 0);
    }
  }

  private static void prepare() throws IOException {
    if (expected == null) {
      input = temporary.resolve("input");
      writeInput(input);
      Path base = LiveProgram.newFolder();
      try (LiveProgram gzip = gzip(base, temporary.resolve("expected")).withVerdict(() -> {})) {
        gzip.finish(0);
      }
      expected = temporary.resolve("expected");
    }
  }

  private static LiveProgram gzip(Path base, Path output) throws IOException {
    Path gzip = Programs.needed("gzip");
    Files.createFile(output);
    try (Fd in = Fd.open(input.toString(), Fcntl.O_RDONLY);
        Fd out = Fd.open(output.toString(), Fcntl.O_RDWR)) {
      return LiveProgram.start(gzip, List.of("-9nc"), base, in.number(), out.number());
    }
  }

  /** Words of a small vocabulary: as slow to compress well as text is. */
  private static void writeInput(Path file) throws IOException {
    Random random = new Random(SEED);
    byte[][] words = new byte[4096][];
    for (int i = 0; i < words.length; i++) {
      words[i] = (Integer.toString(random.nextInt() & Integer.MAX_VALUE, 36) + ' ').getBytes();
    }
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      for (int written = 0; written < INPUT_BYTES; ) {
        byte[] word = words[random.nextInt(words.length)];
        out.write(word);
        written += word.length;
      }
    }
  }

  private static void expectSame(Path one, Path other) throws IOException {
    long at = Files.mismatch(one, other);
    assertTrue(at < 0, "the output differs at byte " + at + " of " + Files.size(other));
  }
}
