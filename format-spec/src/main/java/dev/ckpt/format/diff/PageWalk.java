package dev.ckpt.format.diff;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ImageChain;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.PageStream;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Index;
import dev.ckpt.format.record.MemoryObject;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.Vma;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares the pages of two images: of A as its stream has them, of B by their addresses. Whatever
 * the size of the images, it holds a page array of either.
 *
 * <p>Pages are compared by what they read as. In memory without a file, and in memory objects, one
 * that is not there reads as zeros, so it is there only if its content is something else. In a
 * mapping of a file one that is not there is the file's.
 */
final class PageWalk {
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(Limits.PAGE_SIZE);

  private final StateMatch match;
  private final ImageState stateA;
  private final ImageState stateB;
  private final Places placesA;
  private final Places placesB;
  private final ImageChain chainB;
  private final Map<Integer, Owner> owners = new LinkedHashMap<>();
  private final List<Owner> onlyInB = new ArrayList<>();
  private final Map<ImageRecord, Counts> counts = new IdentityHashMap<>();
  private final Counts nowhere = new Counts(Optional.empty(), "no mapping");
  private final ByteBuffer pagesB =
      ByteBuffer.allocateDirect(Limits.MAX_ARRAY_DATA_PAGES * Limits.PAGE_SIZE);

  /** Something that has pages in either image, and how far those of A have come. */
  private static final class Owner {
    private final ImageRecord record;
    private final int inA;
    private final int inB;
    private long next;

    Owner(ImageRecord record, int inA, int inB) {
      this.record = record;
      this.inA = inA;
      this.inB = inB;
    }

    boolean isMm() {
      return record instanceof Mm;
    }
  }

  /** What was counted of one mapping or object. */
  private static final class Counts {
    private final Optional<Vma> vma;
    private final String what;
    private long differ;
    private long onlyA;
    private long onlyB;
    private long first = -1;

    Counts(Optional<Vma> vma, String what) {
      this.vma = vma;
      this.what = what;
    }

    PagesDiff result() {
      return new PagesDiff(vma, what, differ, onlyA, onlyB, first);
    }
  }

  /**
   * Pages that follow one another in one of the images, and lie in one mapping.
   *
   * @param kind of them; empty if they are not in the image
   * @param pages their content from the first on, if they are DATA
   * @param absentIsZero whether such a page reads as zeros if it is not in the image
   */
  private record Span(Optional<PageKind> kind, ByteBuffer pages, boolean absentIsZero) {
    boolean hasData() {
      return kind.equals(Optional.of(PageKind.DATA));
    }

    Span from(long lenBytes) {
      return hasData()
          ? new Span(kind, pages.slice((int) lenBytes, pages.remaining() - (int) lenBytes), false)
          : this;
    }

    Span in(boolean anonymous) {
      return new Span(kind, pages, anonymous);
    }

    ByteBuffer page(long number) {
      return pages.slice((int) number * Limits.PAGE_SIZE, Limits.PAGE_SIZE);
    }

    boolean isZero(long number) {
      return kind.equals(Optional.of(PageKind.ZERO))
          || hasData() && page(number).mismatch(ZEROS.duplicate()) == -1;
    }
  }

  PageWalk(
      StateMatch match, ImageState stateA, ImageState stateB, ImageFile fileB, ImageChain chainB)
      throws CorruptImageException {
    this.match = match;
    this.stateA = stateA;
    this.stateB = stateB;
    this.chainB = chainB;
    placesA = new Places(stateA);
    placesB = new Places(stateB);
    pair();
    checkOwners(fileB);
  }

  private void pair() {
    Map<Integer, ImageRecord> left = havingPages(stateB);
    havingPages(stateA)
        .forEach(
            (objref, record) -> {
              int inB = match.objrefInB(objref);
              left.remove(inB);
              owners.put(objref, new Owner(record, objref, inB));
            });
    left.forEach((objref, record) -> onlyInB.add(new Owner(record, 0, objref)));
  }

  private static Map<Integer, ImageRecord> havingPages(ImageState state) {
    Map<Integer, ImageRecord> found = new LinkedHashMap<>(state.shared(ImageRecord.class));
    found
        .values()
        .removeIf(
            record ->
                !(record instanceof Mm
                    || record instanceof MemoryObject
                    || record instanceof FileRef file && file.embedded()));
    return found;
  }

  /** NB: nobody else does: a file is not read from its first byte to its last. */
  private void checkOwners(ImageFile fileB) throws CorruptImageException {
    Map<Integer, ImageRecord> known = havingPages(stateB);
    for (int i = 0; i < fileB.nrPageArrays(); i++) {
      Index.Entry array = fileB.pageArray(i);
      if (!known.containsKey(array.owner())) {
        throw new CorruptImageException(
            array.offset(),
            ObjectType.PAGE_ARRAY.name(),
            "an owner that has pages",
            "objref " + array.owner());
      }
    }
  }

  /**
   * Compares them all.
   *
   * @param nameA what people call the first image
   * @param streamA from the first page array on, with the pages of parents; read up to its end
   */
  List<PagesDiff> compare(String nameA, PageStream streamA) throws IOException {
    Optional<ImageObject> next = Side.reading(nameA, streamA::next);
    while (next.isPresent()) {
      if (next.get().record() instanceof PageArray array) {
        compare(array, streamA.pages());
      }
      next = Side.reading(nameA, streamA::next);
    }
    for (Owner owner : owners.values()) {
      compareAbsent(owner, Limits.USER_SPACE_END);
    }
    for (Owner owner : onlyInB) {
      compareAbsent(owner, Limits.USER_SPACE_END);
    }
    List<Counts> all = new ArrayList<>(counts.values());
    all.add(nowhere);
    return all.stream()
        .filter(each -> each.first != -1)
        .map(Counts::result)
        .sorted(
            Comparator.comparing((PagesDiff each) -> each.vma().isEmpty())
                .thenComparingLong(PagesDiff::first))
        .toList();
  }

  private void compare(PageArray array, ByteBuffer pages) throws IOException {
    Owner owner = owners.get(array.owner());
    ByteBuffer left = pages;
    for (PageRun run : array.runs()) {
      compareAbsent(owner, run.addr());
      boolean data = run.kind() == PageKind.DATA;
      compare(owner, run.addr(), run.end(), new Span(Optional.of(run.kind()), left, false));
      owner.next = run.end();
      if (data) {
        int lenBytes = (int) run.lenBytes();
        left = left.slice(lenBytes, left.remaining() - lenBytes);
      }
    }
  }

  private void compareAbsent(Owner owner, long to) throws IOException {
    compare(owner, owner.next, to, new Span(Optional.empty(), ZEROS, false));
  }

  private void compare(Owner owner, long from, long to, Span ofA) throws IOException {
    for (long addr = from; addr < to; ) {
      PageRun[] found = new PageRun[1];
      long end = to;
      if (owner.inB != 0) {
        end = chainB.read(owner.inB, addr, to, pagesB.clear(), run -> found[0] = run);
      }
      Optional<PageKind> kind = Optional.ofNullable(found[0]).map(PageRun::kind);
      compareByMapping(
          owner, addr, end, ofA.from(addr - from), new Span(kind, pagesB.flip(), false));
      addr = end;
    }
  }

  private void compareByMapping(Owner owner, long from, long to, Span ofA, Span ofB) {
    if (ofA.kind().isEmpty() && ofB.kind().isEmpty()) {
      return;
    }
    if (!owner.isMm()) {
      // Whatever has no address of the task's is full of holes, and those read as zeros.
      compare(
          counts.computeIfAbsent(owner.record, PageWalk::countsOf),
          from,
          to,
          ofA.in(owner.inA != 0),
          ofB.in(owner.inB != 0));
      return;
    }
    for (long addr = from; addr < to; ) {
      Vma inA = owner.inA == 0 ? null : placesA.at(addr);
      Vma inB = owner.inB == 0 ? null : placesB.at(addr);
      long end = placesB.border(addr, placesA.border(addr, to));
      compare(
          countsOf(inA, inB),
          addr,
          end,
          ofA.from(addr - from).in(Places.readsZeros(inA)),
          ofB.from(addr - from).in(Places.readsZeros(inB)));
      addr = end;
    }
  }

  private static Counts countsOf(ImageRecord owner) {
    String kind = owner instanceof FileRef ? "embedded " : "memory object ";
    return new Counts(Optional.empty(), (kind + Places.name(owner)).strip());
  }

  private Counts countsOf(Vma inA, Vma inB) {
    if (inA != null) {
      return counts.computeIfAbsent(inA, vma -> new Counts(Optional.of(inA), placesA.name(inA)));
    }
    return inB == null
        ? nowhere
        : counts.computeIfAbsent(inB, vma -> new Counts(Optional.of(inB), placesB.name(inB)));
  }

  private static void compare(Counts into, long from, long to, Span ofA, Span ofB) {
    long nr = (to - from) / Limits.PAGE_SIZE;
    if (!ofA.hasData() && !ofB.hasData()) {
      // They are all alike, and may be a terabyte.
      count(into, from, nr, ofA, ofB, 0);
      return;
    }
    int lenBytes = (int) (to - from);
    if (ofA.hasData()
        && ofB.hasData()
        && ofA.pages().slice(0, lenBytes).equals(ofB.pages().slice(0, lenBytes))) {
      return;
    }
    for (long i = 0; i < nr; i++) {
      count(into, from + i * Limits.PAGE_SIZE, 1, ofA, ofB, i);
    }
  }

  /** Counts pages that are as the one with this number in the spans. */
  private static void count(Counts into, long addr, long nr, Span ofA, Span ofB, long number) {
    boolean zeroA = ofA.isZero(number);
    boolean zeroB = ofB.isZero(number);
    boolean thereA = ofA.kind().isPresent() && !(zeroA && ofA.absentIsZero());
    boolean thereB = ofB.kind().isPresent() && !(zeroB && ofB.absentIsZero());
    if (thereA && thereB) {
      boolean same = zeroA || zeroB ? zeroA == zeroB : ofA.page(number).equals(ofB.page(number));
      into.differ += same ? 0 : nr;
      note(into, !same, addr);
    } else if (thereA) {
      boolean same = zeroA && ofB.absentIsZero();
      into.onlyA += same ? 0 : nr;
      note(into, !same, addr);
    } else if (thereB) {
      boolean same = zeroB && ofA.absentIsZero();
      into.onlyB += same ? 0 : nr;
      note(into, !same, addr);
    }
  }

  private static void note(Counts into, boolean found, long addr) {
    if (found && (into.first == -1 || addr < into.first)) {
      into.first = addr;
    }
  }
}
