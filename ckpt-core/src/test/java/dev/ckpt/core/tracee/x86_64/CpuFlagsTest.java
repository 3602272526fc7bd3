package dev.ckpt.core.tracee.x86_64;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.format.ByteString;
import java.util.List;
import org.junit.jupiter.api.Test;

class CpuFlagsTest {
  private static List<String> missing(String there, String here) {
    return CpuFlags.missing(ByteString.of(there), ByteString.of(here));
  }

  @Test
  void whatProgramsUseIsMissed() {
    assertEquals(
        List.of("avx512f", "sha_ni", "ospke"),
        missing("fpu avx avx512f sha_ni ospke", "avx fpu popcnt"));
  }

  @Test
  void whatTheKernelMakesUpIsNot() {
    assertEquals(List.of(), missing("rep_good nopl pti ibpb tsc_reliable cpuid xsaves", "fpu"));
  }

  @Test
  void moreIsFine() {
    assertEquals(List.of(), missing("fpu sse sse2", "sse2 sse fpu avx"));
    assertEquals(List.of(), missing("", "fpu"));
    assertEquals(List.of("fpu"), missing("fpu", ""));
  }
}
