package dev.ckpt.rstr;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Whether there is room for the pages of an image: in the mappings of the task, and in objects. */
final class PageRoom {
  private static final int PROT_WRITE = 2;
  private static final String TYPE = ObjectType.PAGE_ARRAY.name();

  /** The mappings by their first address, those that the kernel fills left out. */
  private final TreeMap<Long, Vma> vmas = new TreeMap<>();

  PageRoom(List<Vma> all) {
    for (Vma vma : all) {
      if (!vma.kind().isKernels()) {
        vmas.put(vma.start(), vma);
      }
    }
  }

  /** Refuses pages of the task's own that no mapping has. */
  void requireMapped(ImageObject array) throws CorruptImageException {
    for (PageRun run : ((PageArray) array.record()).runs()) {
      long covered = run.addr();
      while (covered < run.end()) {
        Map.Entry<Long, Vma> in = vmas.floorEntry(covered);
        if (in == null || in.getValue().end() <= covered) {
          throw corrupt(array, "pages of a VMA", covered);
        }
        covered = in.getValue().end();
      }
    }
  }

  /** Refuses pages behind the end of an object, which may end within its last page. */
  static void requireWithin(ImageObject array, long sizeBytes) throws CkptException {
    long end = ((PageArray) array.record()).end();
    if (end - Limits.PAGE_SIZE >= sizeBytes) {
      throw corrupt(array, "pages of an object of " + sizeBytes + " bytes", end);
    }
  }

  private static CorruptImageException corrupt(ImageObject array, String expected, long address) {
    return new CorruptImageException(
        array.offset(), TYPE, expected, "one at " + Long.toHexString(address));
  }

  /** Whether all of a run is memory that is zero as long as nobody writes to it. */
  boolean isZeroAtFirst(PageRun run) {
    Map.Entry<Long, Vma> in = vmas.floorEntry(run.addr());
    VmaKind kind = in.getValue().kind();
    return (kind == VmaKind.ANON_PRIVATE || kind == VmaKind.STACK)
        && in.getValue().end() >= run.end();
  }

  /** Whether every mapping that a run lies in can be written to as long as it is filled. */
  boolean isWritableWhileFilled(PageRun run) {
    return vmas.subMap(vmas.floorKey(run.addr()), run.end()).values().stream()
        .allMatch(vma -> (AddressSpace.protWhileFilling(vma) & PROT_WRITE) != 0);
  }
}
