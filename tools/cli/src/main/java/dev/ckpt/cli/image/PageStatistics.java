package dev.ckpt.cli.image;

import dev.ckpt.convert.memory.MapsNames;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.MemoryObject;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How many pages an image has of what: of each mapping, each kind of mapping, each object. */
final class PageStatistics {
  private static final int PAGE_BYTES = 4096;

  private final Map<Integer, Mm> mms;
  private final TreeMap<Long, OfVma> byStart = new TreeMap<>(Long::compareUnsigned);
  private final Map<Integer, OfObject> objects = new LinkedHashMap<>();
  private final Count all = new Count();

  /** Numbers of pages by where their content is. */
  static final class Count {
    private long data;
    private long zero;

    /** Pages with bytes in the image. */
    long data() {
      return data;
    }

    /** Pages of zeros that are in the image by number only. */
    long zero() {
      return zero;
    }

    private void add(PageKind kind, long nrPages) {
      data += kind == PageKind.DATA ? nrPages : 0;
      zero += kind == PageKind.ZERO ? nrPages : 0;
    }

    private void add(Count other) {
      data += other.data;
      zero += other.zero;
    }
  }

  /** The pages of one mapping. */
  record OfVma(Vma vma, Count count) {}

  /**
   * The pages of one memory object or embedded file.
   *
   * @param name of a memory object as maps shows it, so that it is counted with its mappings; of an
   *     embedded file one that says so
   * @param what it is, with its name
   */
  record OfObject(String name, String what, long sizeBytes, Count count) {}

  /** The pages of all mappings of one kind. */
  record OfKind(VmaKind kind, int nrVmas, long mappedBytes, Count count) {}

  PageStatistics(ImageState state) {
    mms = state.shared(Mm.class);
    for (Vma vma : state.vmas()) {
      byStart.put(vma.start(), new OfVma(vma, new Count()));
    }
    state
        .shared(MemoryObject.class)
        .forEach(
            (objref, object) -> {
              String name = MapsNames.of(object).map(ImageSummary::text).orElse("");
              put(objref, name, ("memory object " + name).strip(), object.size());
            });
    state
        .shared(FileRef.class)
        .forEach(
            (objref, file) -> {
              if (file.embedded()) {
                String what = "embedded " + file.path();
                put(objref, what, what, file.size());
              }
            });
  }

  private void put(int objref, String name, String what, long sizeBytes) {
    objects.put(objref, new OfObject(name, what, sizeBytes, new Count()));
  }

  /** Counts one page array. */
  void add(PageArray array) {
    for (PageRun run : array.runs()) {
      all.add(run.kind(), run.nrPages());
      if (mms.containsKey(array.owner())) {
        addToVmas(run);
      } else if (objects.containsKey(array.owner())) {
        objects.get(array.owner()).count().add(run.kind(), run.nrPages());
      }
    }
  }

  private void addToVmas(PageRun run) {
    Long first = byStart.floorKey(run.addr());
    for (OfVma of : byStart.tailMap(first == null ? run.addr() : first).values()) {
      if (of.vma().start() >= run.end() || of.vma().start() < 0) {
        break;
      }
      long from = Math.max(run.addr(), of.vma().start());
      long to = Math.min(run.end(), of.vma().end());
      of.count().add(run.kind(), Math.max(0, to - from) / PAGE_BYTES);
    }
  }

  /** Each mapping, by address. */
  List<OfVma> vmas() {
    return List.copyOf(byStart.values());
  }

  /** Each memory object and embedded file. */
  List<OfObject> objects() {
    return List.copyOf(objects.values());
  }

  /** Each kind of mapping that there is. */
  List<OfKind> kinds() {
    Map<VmaKind, List<OfVma>> byKind = new EnumMap<>(VmaKind.class);
    for (OfVma of : byStart.values()) {
      byKind.computeIfAbsent(of.vma().kind(), kind -> new ArrayList<>()).add(of);
    }
    List<OfKind> kinds = new ArrayList<>();
    byKind.forEach(
        (kind, vmas) -> {
          Count count = new Count();
          long mappedBytes = 0;
          for (OfVma of : vmas) {
            count.add(of.count());
            mappedBytes += of.vma().lenBytes();
          }
          kinds.add(new OfKind(kind, vmas.size(), mappedBytes, count));
        });
    return kinds;
  }

  /** All pages in the image. */
  Count all() {
    return all;
  }
}
