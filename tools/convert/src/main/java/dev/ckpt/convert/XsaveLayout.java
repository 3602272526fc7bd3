package dev.ckpt.convert;

import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.CpuX86_64;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * Where an XSAVE area has its parts. CPUs of AMD with AVX-512 leave no room for the bound registers
 * that only Intel had, and nothing in a core file says so: gdb before 14 takes such an area for one
 * that was cut, and shows no vector register at all. So it is made one of Intel's layout, which
 * every debugger knows, by its length too.
 *
 * <p>Source: CPUID leaf 0xd; AMD64 Architecture Programmer's Manual, volume 2, "XSAVE area".
 */
public final class XsaveLayout {
  private static final int PKRU = 1 << 9;
  private static final int AVX512 = 7 << 5;
  private static final int BOUNDS = 3 << 3;

  /** Where the parts begin that differ: from the mask registers of AVX-512 to PKRU. */
  private static final int AMD_START = 832;

  private static final int INTEL_START = 1088;

  /** Of all parts up to AVX-512, and of PKRU behind them. */
  private static final int AMD_BYTES = 2432;

  private static final int PKRU_BYTES = 8;

  /** Where the parts end that all CPUs with AVX have. */
  private static final int YMM_END = 832;

  private static final int INTEL_PKRU = 2688;

  private XsaveLayout() {}

  /** Size of the area that debuggers know. */
  public static int lenBytes(CpuX86_64 cpu) {
    return cpu.xsave().length() + (isOfAmd(cpu) ? INTEL_START - AMD_START : 0);
  }

  /** The area of a thread as debuggers know it. */
  public static ByteString known(CpuX86_64 cpu) {
    if (!isOfAmd(cpu)) {
      return cpu.xsave();
    }
    byte[] from = cpu.xsave().toByteArray();
    byte[] to = Arrays.copyOf(from, lenBytes(cpu));
    Arrays.fill(to, AMD_START, INTEL_START, (byte) 0);
    System.arraycopy(from, AMD_START, to, INTEL_START, from.length - AMD_START);
    return ByteString.of(to);
  }

  /** The same the other way: an area as debuggers know it as the CPU of this machine has it. */
  public static ByteString ofThisMachine(ByteString known, long xfeatures) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      boolean amd =
          lines.anyMatch(line -> line.matches("vendor_id\\s*: (AuthenticAMD|HygonGenuine)"));
      return of(known, xfeatures, amd);
    }
  }

  /**
   * An area as a CPU has it.
   *
   * @param known as debuggers know it, with room for PKRU
   * @param xfeatures the parts that it is to have
   * @param amd who made the CPU
   */
  static ByteString of(ByteString known, long xfeatures, boolean amd) {
    byte[] from = known.toByteArray();
    boolean gap = !amd || (xfeatures & BOUNDS) != 0;
    boolean avx512 = (xfeatures & AVX512) != 0;
    int end = YMM_END;
    if ((xfeatures & BOUNDS) != 0) {
      end = INTEL_START;
    }
    if (avx512) {
      end = INTEL_PKRU;
    }
    byte[] to = Arrays.copyOf(from, end);
    if (avx512 && !gap) {
      end = AMD_BYTES;
      System.arraycopy(from, INTEL_START, to, AMD_START, end - AMD_START);
    }
    if ((xfeatures & PKRU) != 0) {
      int at = gap ? INTEL_PKRU : end;
      to = Arrays.copyOf(to, at + PKRU_BYTES);
      System.arraycopy(from, INTEL_PKRU, to, at, PKRU_BYTES);
      return ByteString.of(to);
    }
    return ByteString.of(Arrays.copyOf(to, end));
  }

  private static boolean isOfAmd(CpuX86_64 cpu) {
    long features = cpu.xfeatures();
    int lenBytes = AMD_BYTES + ((features & PKRU) != 0 ? PKRU_BYTES : 0);
    return (features & AVX512) == AVX512
        && (features & BOUNDS) == 0
        && cpu.xsave().length() == lenBytes;
  }
}
