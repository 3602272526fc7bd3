package dev.ckpt.convert.criu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.record.VmaGuard;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuardsTest {
  private static final long START = 0x10000;

  private static Criu.Vma mapping(long start, long end) {
    return Guards.toCriu(new VmaGuard(start, end)).toBuilder().setStatus(1).build();
  }

  private static Criu.Vma guard(long start, long end) {
    return Guards.toCriu(new VmaGuard(start, end));
  }

  @Test
  void regionsComeBackInAscendingOrder() {
    List<Criu.Vma> vmas =
        List.of(
            mapping(START, START + 0x8000),
            guard(START + 0x4000, START + 0x5000),
            guard(START, START + 0x1000));

    assertEquals(
        List.of(new VmaGuard(START, START + 0x1000), new VmaGuard(START + 0x4000, START + 0x5000)),
        Guards.toCkpt(vmas));
  }

  @Test
  void regionOfTwoMappingsIsTwo() {
    List<Criu.Vma> vmas =
        List.of(
            mapping(START, START + 0x2000),
            mapping(START + 0x2000, START + 0x4000),
            guard(START + 0x1000, START + 0x3000));

    assertEquals(
        List.of(
            new VmaGuard(START + 0x1000, START + 0x2000),
            new VmaGuard(START + 0x2000, START + 0x3000)),
        Guards.toCkpt(vmas));
  }

  @Test
  void refusesRegionWhereNothingIsMapped() {
    List<Criu.Vma> vmas =
        List.of(mapping(START, START + 0x2000), guard(START + 0x1000, START + 0x3000));

    assertThrows(IllegalArgumentException.class, () -> Guards.toCkpt(vmas));
  }
}
