package dev.ckpt.convert.core;

import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.CpuX86_64;
import java.util.Arrays;

/**
 * Where an XSAVE area has its parts. CPUs of AMD with AVX-512 leave no room for the bound registers
 * that only Intel had, and nothing in a core file says so: gdb before 14 takes such an area for one
 * that was cut, and shows no vector register at all. So it is made one of Intel's layout, which
 * every debugger knows, by its length too.
 *
 * <p>Source: CPUID leaf 0xd; AMD64 Architecture Programmer's Manual, volume 2, "XSAVE area".
 */
final class XsaveLayout {
  private static final int PKRU = 1 << 9;
  private static final int AVX512 = 7 << 5;
  private static final int BOUNDS = 3 << 3;

  /** Where the parts begin that differ: from the mask registers of AVX-512 to PKRU. */
  private static final int AMD_START = 832;

  private static final int INTEL_START = 1088;

  /** Of all parts up to AVX-512, and of PKRU behind them. */
  private static final int AMD_BYTES = 2432;

  private static final int PKRU_BYTES = 8;

  private XsaveLayout() {}

  /** Size of the area that debuggers know. */
  static int lenBytes(CpuX86_64 cpu) {
    return cpu.xsave().length() + (isOfAmd(cpu) ? INTEL_START - AMD_START : 0);
  }

  /** The area of a thread as debuggers know it. */
  static ByteString known(CpuX86_64 cpu) {
    if (!isOfAmd(cpu)) {
      return cpu.xsave();
    }
    byte[] from = cpu.xsave().toByteArray();
    byte[] to = Arrays.copyOf(from, lenBytes(cpu));
    Arrays.fill(to, AMD_START, INTEL_START, (byte) 0);
    System.arraycopy(from, AMD_START, to, INTEL_START, from.length - AMD_START);
    return ByteString.of(to);
  }

  private static boolean isOfAmd(CpuX86_64 cpu) {
    long features = cpu.xfeatures();
    int lenBytes = AMD_BYTES + ((features & PKRU) != 0 ? PKRU_BYTES : 0);
    return (features & AVX512) == AVX512
        && (features & BOUNDS) == 0
        && cpu.xsave().length() == lenBytes;
  }
}
