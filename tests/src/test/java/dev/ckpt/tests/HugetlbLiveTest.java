package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.core.error.UnsupportedStateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Huge TLB pages come through, on a machine that lets the kernel make some for as long as a test
 * takes. Nothing is reserved: the pages exist while the program has them.
 */
@Tag("live")
class HugetlbLiveTest {
  private static final Path OVERCOMMIT = Path.of("/proc/sys/vm/nr_overcommit_hugepages");
  private static final int ENOUGH = 24;

  private boolean raised;

  @BeforeEach
  void letTheKernelMakeSome() throws IOException {
    assumeTrue(Files.isWritable(OVERCOMMIT), "we may not change the pool");
    assumeTrue(Files.readString(OVERCOMMIT).trim().equals("0"), "somebody else uses the pool");
    raised = true;
    allow(ENOUGH);
  }

  @AfterEach
  void putBack() throws IOException {
    if (raised) {
      allow(0);
    }
  }

  private static void allow(int nrPages) throws IOException {
    Files.writeString(OVERCOMMIT, Integer.toString(nrPages));
  }

  private static Programs.Program program() {
    return Programs.of("save").stream()
        .filter(program -> program.file().equals("hugetlb"))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @EnumSource(Scenario.class)
  void comesThrough(Scenario scenario) throws IOException {
    ProgramsLiveTest.run(program(), scenario);
  }

  @Test
  void isRefusedWhereThereAreTooFew() throws IOException {
    try (LiveProgram live = LiveProgram.start(program())) {
      live.awaitReady();
      Path image = live.besides("image");
      live.dump(image, true);
      allow(1);
      UnsupportedStateException refused =
          assertThrows(UnsupportedStateException.class, () -> live.restore(image, false));
      assertEquals("HUGETLB_POOL", refused.code().name());
      allow(ENOUGH);
      live.restore(image, false);
      live.finish(0);
    }
  }
}
