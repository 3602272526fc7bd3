package dev.ckpt.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.CpuX86_64;
import org.junit.jupiter.api.Test;

/** Areas of two makers' CPUs. */
class XsaveLayoutTest {
  private static final long AVX512 = 0xe7;
  private static final long PKRU = 0x200;

  @Test
  void movesThePartsOfAmd() {
    CpuX86_64 cpu = TaskImages.cpu(1, 2440, AVX512 | PKRU);
    ByteString known = XsaveLayout.known(cpu);
    assertEquals(2696, known.length());
    assertEquals(known.length(), XsaveLayout.lenBytes(cpu));
    assertEquals(cpu.xsave().substring(0, 832), known.substring(0, 832));
    assertEquals(ByteString.of(new byte[256]), known.substring(832, 1088));
    assertEquals(cpu.xsave().substring(832, 2440), known.substring(1088, 2696));
    assertEquals(2688, XsaveLayout.known(TaskImages.cpu(1, 2432, AVX512)).length());
  }

  @Test
  void leavesOthersAsTheyAre() {
    for (CpuX86_64 cpu :
        new CpuX86_64[] {
          TaskImages.cpu(1, 2688, AVX512),
          TaskImages.cpu(1, 2696, AVX512 | PKRU),
          TaskImages.cpu(1, 832, 7),
          TaskImages.cpu(1, 2432, AVX512 | 0x18)
        }) {
      assertEquals(cpu.xsave(), XsaveLayout.known(cpu));
      assertEquals(cpu.xsave().length(), XsaveLayout.lenBytes(cpu));
    }
  }
}
