package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.NewerFeature;
import dev.ckpt.core.proc.ProcFs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What newer kernels have is hidden from us, and we go the way without it, or refuse. */
@Tag("live")
class OlderKernelLiveTest {
  private static final String WITHOUT = "ckpt.kernel.without";

  @AfterEach
  void hideNothing() {
    System.clearProperty(WITHOUT);
  }

  /** Programs that differ in their pages, and need the stub, on a kernel like 5.15. */
  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "anon_private",
        "anon_shared",
        "bigmem",
        "file_private",
        "memfd",
        "reserve",
        "rseq",
        "stack_guard_threads",
        "zero_pages"
      })
  void comesThrough(String name) throws IOException {
    hideAllBut(NewerFeature.PTRACE_GET_RSEQ_CONFIGURATION);

    for (Scenario scenario : new Scenario[] {Scenario.RUNS_ON, Scenario.GOES_ROUND}) {
      ProgramsLiveTest.run(program(name), scenario);
    }
  }

  @Test
  void findsGuardsInPlainPagemap() throws IOException {
    hideAllBut(NewerFeature.PTRACE_GET_RSEQ_CONFIGURATION, NewerFeature.MADV_GUARD_INSTALL);

    ProgramsLiveTest.run(program("guard_pages"), Scenario.GOES_ROUND);
  }

  @Test
  void findsAMembarrierRegistrationByTryingTheBarriers() throws IOException {
    hideAllBut(NewerFeature.PTRACE_GET_RSEQ_CONFIGURATION);

    ProgramsLiveTest.run(program("membarrier private"), Scenario.GOES_ROUND);
  }

  @Test
  void countsUpToTheIdsOfTimers() throws IOException {
    hideAllBut(NewerFeature.PTRACE_GET_RSEQ_CONFIGURATION);

    ProgramsLiveTest.run(program("posix_timers"), Scenario.GOES_ROUND);
  }

  @Test
  void isRefusedUntouchedWhereRestartableSequencesCannotBeFound() throws IOException {
    try (LiveProgram live = LiveProgram.start(program("rseq"))) {
      live.awaitReady();
      Path image = live.besides("image");
      hideAllBut();

      String said = refusal(() -> live.dump(image, false));

      assertEquals(
          "KERNEL_TOO_OLD: kernel "
              + ProcFs.osRelease()
              + " does not tell where restartable sequences are (PTRACE_GET_RSEQ_CONFIGURATION):"
              + " Linux 5.15 or newer is needed",
          said);
      assertFalse(Files.exists(image));
      live.finish(0);
    }
  }

  private static String refusal(Executable dump) {
    return assertThrows(UnsupportedStateException.class, dump).getMessage();
  }

  private static void hideAllBut(NewerFeature... kept) {
    System.setProperty(
        WITHOUT,
        Arrays.stream(NewerFeature.values())
            .filter(feature -> !Arrays.asList(kept).contains(feature))
            .map(NewerFeature::name)
            .collect(Collectors.joining(",")));
  }

  private static Programs.Program program(String name) {
    return Programs.all().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
