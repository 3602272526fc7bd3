package dev.ckpt.core.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.error.SyscallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KernelFeaturesTest {
  private static final Set<Integer> NOT_HERE =
      Set.of(Errno.ENOSYS, Errno.EPERM, Errno.EACCES, Errno.EINVAL, Errno.ENOTTY);

  private interface Trial {
    void run() throws SyscallException;
  }

  @Test
  void eachTrialSaysYesOrWhyNot() {
    assertAnswers(KernelFeatures::tryPagemapScan);
    assertAnswers(KernelFeatures::tryChosenPid);
    assertAnswers(KernelFeatures::tryGuardRegions);
    assertAnswers(KernelFeatures::hasRseq);
    assertAnswers(KernelFeatures::tryPtrace);
  }

  @Test
  void aHiddenFeatureIsNotThere() {
    System.setProperty("ckpt.kernel.without", "MFD_EXEC,PAGEMAP_SCAN");
    try {
      assertEquals(Optional.of(Errno.ENOTTY), errnoOf(KernelFeatures::tryPagemapScan));
      assertTrue(NewerFeature.MFD_EXEC.isHidden());
      assertFalse(NewerFeature.PTRACE_GET_RSEQ_CONFIGURATION.isHidden());
    } finally {
      System.clearProperty("ckpt.kernel.without");
    }
    assertFalse(NewerFeature.PAGEMAP_SCAN.isHidden());
  }

  @Test
  void pagemapScanIsThereSince6x7() throws IOException {
    String[] release = Files.readString(Path.of("/proc/sys/kernel/osrelease")).split("[.-]");
    int version = Integer.parseInt(release[0]) * 1000 + Integer.parseInt(release[1]);

    boolean found = errnoOf(KernelFeatures::tryPagemapScan).isEmpty();

    assertEquals(version >= 6007, found);
  }

  @Test
  void choosingPidsIsUpToTheCapabilities() throws IOException {
    String capEff =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("CapEff:"))
            .map(line -> line.substring("CapEff:".length()).strip())
            .findFirst()
            .orElseThrow();
    long mayChoose = 1L << 40 | 1L << 21;
    if ((Long.parseUnsignedLong(capEff, 16) & mayChoose) == 0) {
      assertEquals(Optional.of(Errno.EPERM), errnoOf(KernelFeatures::tryChosenPid));
    }
  }

  @Test
  void choosingPidsBearsNobody() throws IOException {
    String before = children();

    for (int i = 0; i < 100; i++) {
      assertAnswers(KernelFeatures::tryChosenPid);
    }

    assertEquals(before, children());
  }

  private static String children() throws IOException {
    return Files.readString(Path.of("/proc/self/task/" + Tasks.selfThread() + "/children"));
  }

  private static void assertAnswers(Trial trial) {
    errnoOf(trial).ifPresent(errno -> assertTrue(NOT_HERE.contains(errno), "errno " + errno));
  }

  private static Optional<Integer> errnoOf(Trial trial) {
    try {
      trial.run();
      return Optional.empty();
    } catch (SyscallException e) {
      return Optional.of(e.errno());
    }
  }
}
