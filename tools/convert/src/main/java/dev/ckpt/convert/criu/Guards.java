package dev.ckpt.convert.criu;

import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.record.VmaGuard;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Guard regions (MADV_GUARD_INSTALL). CRIU has them as mappings that are none, behind all others.
 *
 * <p>Source: criu/include/image.h, VMA_AREA_GUARD; criu/mem.c, collect_madv_guards.
 */
final class Guards {
  /** Bit of vma_entry.status. */
  static final int GUARD = 1 << 16;

  private Guards() {}

  static boolean is(Criu.Vma vma) {
    return (vma.getStatus() & GUARD) != 0;
  }

  static Criu.Vma toCriu(VmaGuard guard) {
    return Criu.Vma.newBuilder()
        .setStart(guard.start())
        .setEnd(guard.end())
        .setPgoff(0)
        .setShmid(0)
        .setProt(0)
        .setFlags(0)
        .setStatus(GUARD)
        .setFd(-1)
        .build();
  }

  /**
   * The regions in ascending order, each within a mapping: CRIU joins those of neighbours.
   *
   * @throws IllegalArgumentException if one lies where nothing is mapped
   */
  static List<VmaGuard> toCkpt(List<Criu.Vma> vmas) {
    TreeMap<Long, Criu.Vma> mappings = new TreeMap<>();
    TreeMap<Long, Criu.Vma> guards = new TreeMap<>();
    vmas.forEach(vma -> (is(vma) ? guards : mappings).put(vma.getStart(), vma));
    List<VmaGuard> parts = new ArrayList<>();
    for (Criu.Vma guard : guards.values()) {
      long at = guard.getStart();
      while (at < guard.getEnd()) {
        Map.Entry<Long, Criu.Vma> in = mappings.floorEntry(at);
        if (in == null || in.getValue().getEnd() <= at) {
          throw new IllegalArgumentException(
              "a guard region at " + Long.toHexString(at) + " where nothing is mapped");
        }
        long end = Math.min(guard.getEnd(), in.getValue().getEnd());
        parts.add(new VmaGuard(at, end));
        at = end;
      }
    }
    return parts;
  }
}
