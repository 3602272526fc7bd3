package dev.ckpt.core.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.error.UnsupportedStateException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No backend is on the class path of this module. */
class BackendsTest {
  @Test
  void saysThatThereIsNone() {
    assertEquals(List.of(), Backends.pageReaders());
    assertEquals(List.of(), Backends.pageFillers());
    for (String name : List.of(Backends.AUTO, "vm-readv")) {
      assertEquals(
          "NO_BACKEND",
          assertThrows(UnsupportedStateException.class, () -> Backends.pageReader(name))
              .code()
              .name());
      assertEquals(
          "NO_BACKEND",
          assertThrows(UnsupportedStateException.class, () -> Backends.pageFiller(name))
              .code()
              .name());
    }
  }

  @Test
  void probesSayYesOrWhyNot() {
    assertTrue(Probe.yes("how").works());
    assertFalse(Probe.no("why").works());
    assertEquals("why", Probe.no("why").reason());
  }

  @ParameterizedTest
  @CsvSource({"4096,1", "0,1", "140737488351232,1", "-10485760,1", "8192,4294967296"})
  void aRangeIsWholePages(long address, long nrPages) {
    PageRange range = new PageRange(address, nrPages);
    assertEquals(nrPages * 4096, range.lenBytes());
    assertEquals(address + nrPages * 4096, range.end());
  }

  @ParameterizedTest
  @CsvSource({"1,1", "4095,1", "-1,1", "4096,0", "4096,-1"})
  void otherRangesAreRefused(long address, long nrPages) {
    assertThrows(IllegalArgumentException.class, () -> new PageRange(address, nrPages));
  }
}
