package dev.ckpt.rstr;

import dev.ckpt.core.kernel.Hugetlb;
import dev.ckpt.core.proc.HugetlbPool;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.Vma;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Huge TLB pages come from a pool of the machine, and a mapping is promised all of its pages when
 * it is made. So it is seen beforehand whether there are enough of them.
 *
 * <p>NB: a mapping without a reservation (MAP_NORESERVE) is promised nothing; what it needs is
 * known only when its pages come.
 */
final class HugePages {
  private final ImageState state;

  /** Pages to be promised, by their size in bytes. */
  private final Map<Long, Long> wanted = new TreeMap<>();

  /** Which bytes of an object its shared mappings ask for: those are promised once. */
  private final Map<Integer, List<Span>> shared = new HashMap<>();

  private record Span(long start, long end) {}

  private HugePages(ImageState state) {
    this.state = state;
  }

  /** Refuses a task that wants more than there are. */
  static void check(Checks checks) throws CkptException {
    HugePages pages = new HugePages(checks.state());
    for (Vma vma : checks.state().vmas()) {
      if (vma.has(VmFlag.HT) && !vma.has(VmFlag.NR)) {
        pages.add(vma);
      }
    }
    for (Map.Entry<Integer, List<Span>> of : pages.shared.entrySet()) {
      long bytes = pages.object(of.getKey()).orElseThrow().hugePageBytes();
      pages.wanted.merge(bytes, lenBytes(of.getValue()) / bytes, Long::sum);
    }
    for (Map.Entry<Long, Long> of : pages.wanted.entrySet()) {
      require(checks, of.getKey(), of.getValue());
    }
  }

  private Optional<Shmem> object(int objref) {
    return state.find(objref).filter(Shmem.class::isInstance).map(Shmem.class::cast);
  }

  private void add(Vma vma) {
    long bytes = object(vma.backing()).map(Shmem::hugePageBytes).orElse(vma.hugePageBytes());
    if (vma.isShared()) {
      shared
          .computeIfAbsent(vma.backing(), any -> new ArrayList<>())
          .add(new Span(vma.pgoffBytes(), vma.pgoffBytes() + vma.lenBytes()));
    } else {
      wanted.merge(bytes, vma.lenBytes() / bytes, Long::sum);
    }
  }

  /** Of all of them together, where they overlap counted once. */
  private static long lenBytes(List<Span> spans) {
    spans.sort(Comparator.comparingLong(Span::start));
    long lenBytes = 0;
    long end = 0;
    for (Span span : spans) {
      lenBytes += Math.max(0, span.end() - Math.max(end, span.start()));
      end = Math.max(end, span.end());
    }
    return lenBytes;
  }

  private static void require(Checks checks, long bytes, long nrPages) throws CkptException {
    Optional<HugetlbPool> pool;
    try {
      pool = HugetlbPool.of(bytes);
    } catch (IOException e) {
      throw new CkptException(FailureCode.PROC_READ, "the pool of huge pages cannot be read", e);
    }
    long available = pool.map(HugetlbPool::available).orElse(0L);
    if (available < nrPages) {
      checks.refuse(
          RefusalCode.HUGETLB_POOL,
          "it needs "
              + nrPages
              + " huge pages of "
              + bytes / 1024
              + " KiB, and "
              + available
              + " can be had",
          "raise vm.nr_hugepages");
    }
  }

  /** Flags of mmap(2) for a view of an object: whoever maps it for good asks for its pages. */
  static int viewFlags(Shmem object) {
    int mapNoreserve = 0x4000;
    return Hugetlb.MAP_HUGETLB | Hugetlb.sizeFlag(object.hugePageBytes()) | mapNoreserve;
  }
}
