package dev.ckpt.core.proc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class CpuListTest {
  private static CpuList parse(String text) throws ProcFormatException {
    return CpuList.parse(text.getBytes(US_ASCII));
  }

  @Test
  void takesNumbersAndRanges() throws ProcFormatException {
    BitSet wanted = new BitSet();
    wanted.set(0, 4);
    wanted.set(8);
    assertEquals(wanted, parse("0-3,8\n").cpus());
    assertEquals(wanted, parse("0-3,8").cpus());
    assertTrue(parse("\n").isEmpty());
  }

  @Test
  void takesTheLastThatAKernelHas() throws ProcFormatException {
    assertEquals(8192, parse("0-8191").cpus().cardinality());
  }

  @Test
  void refusesMoreThanAnyKernelHas() {
    for (String text : List.of("8192", "0-8192", "0-2000000000", "2147483647", "4294967296")) {
      assertThrows(ProcFormatException.class, () -> parse(text), text);
    }
  }

  @Test
  void refusesWhatIsNoList() {
    for (String text : List.of("3-1", "1-", "-1", "1,,2", "a", "1 2")) {
      assertThrows(ProcFormatException.class, () -> parse(text), text);
    }
  }
}
