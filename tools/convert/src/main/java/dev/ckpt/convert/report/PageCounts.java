package dev.ckpt.convert.report;

import dev.ckpt.format.Limits;
import dev.ckpt.format.record.Vma;
import java.util.List;

/** How many pages of each kind each mapping has. */
final class PageCounts implements PageWalk.Visitor {
  private static final int NR_KINDS = Kind.values().length;

  private final List<Vma> vmas;
  private final long[] counts;

  PageCounts(List<Vma> vmas) {
    this.vmas = vmas;
    counts = new long[vmas.size() * NR_KINDS];
  }

  @Override
  public void pages(int vma, long from, long to, Kind kind) {
    counts[vma * NR_KINDS + kind.ordinal()] += (to - from) / Limits.PAGE_SIZE;
  }

  /** How many of a kind a mapping has. */
  long of(int vma, Kind kind) {
    return kind == Kind.ABSENT
        ? Math.max(0, vmas.get(vma).lenBytes() / Limits.PAGE_SIZE - present(vma))
        : counts[vma * NR_KINDS + kind.ordinal()];
  }

  /** How many are in the image or in its parents. */
  long present(int vma) {
    long sum = 0;
    for (int kind = 0; kind < Kind.ABSENT.ordinal(); kind++) {
      sum += counts[vma * NR_KINDS + kind];
    }
    return sum;
  }

  /** How many of a kind there are in all. */
  long all(Kind kind) {
    long sum = 0;
    for (int vma = 0; vma < vmas.size(); vma++) {
      sum += of(vma, kind);
    }
    return sum;
  }
}
