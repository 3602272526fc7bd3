package dev.ckpt.core.tracee.x86_64;

import dev.ckpt.format.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Features of the CPU that a program may use, by the names of /proc/cpuinfo.
 *
 * <p>Source: arch/x86/include/asm/cpufeatures.h. Left out is what only a kernel can use, or what
 * the kernel makes up: another boot may lack it, and no program notices.
 */
public final class CpuFlags {
  private static final List<String> FAMILIES = List.of("sse", "avx", "amx", "fma", "bmi", "movdir");

  private static final Set<String> OTHERS =
      Set.of(
          ("""
          3dnow 3dnowext 3dnowprefetch abm adx aes cldemote clflushopt clwb clzero cmov \
          cx16 cx8 enqcmd f16c fpu fsgsbase fxsr gfni hle lahf_lm lwp mmx mmxext movbe \
          mwaitx ospke pclmulqdq pni popcnt prefetchi rao_int rdpid rdrand rdseed rdtscp \
          rtm serialize sha512 sha_ni sm3 sm4 ssse3 tbm tsxldtrk vaes vpclmulqdq waitpkg \
          xop xsave xsavec xsaveopt\
          """)
              .split(" "));

  private CpuFlags() {}

  /**
   * What a program may have found on one CPU and would miss on another, in the order of the first.
   *
   * @param there names with one blank between two
   * @param here the same
   */
  public static List<String> missing(ByteString there, ByteString here) {
    Set<String> have = Set.copyOf(names(here));
    return names(there).stream()
        .filter(CpuFlags::concernsPrograms)
        .filter(name -> !have.contains(name))
        .toList();
  }

  private static List<String> names(ByteString flags) {
    String text = new String(flags.toByteArray(), StandardCharsets.ISO_8859_1);
    return Arrays.stream(text.split(" ")).distinct().toList();
  }

  private static boolean concernsPrograms(String name) {
    return OTHERS.contains(name) || FAMILIES.stream().anyMatch(name::startsWith);
  }
}
