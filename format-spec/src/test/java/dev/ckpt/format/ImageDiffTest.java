package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.CkptException;
import dev.ckpt.format.diff.FieldDiff;
import dev.ckpt.format.diff.ImageDiff;
import dev.ckpt.format.diff.ObjectDiff;
import dev.ckpt.format.diff.ObjectDiff.Where;
import dev.ckpt.format.diff.PagesDiff;
import dev.ckpt.format.record.Fd;
import dev.ckpt.format.record.FileRegular;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.VmaKind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How two images differ as their user means it. */
class ImageDiffTest {
  private static final int PAGE = DiffImages.PAGE;
  private static final Map<Integer, TreeMap<Long, Integer>> NO_PAGES = Map.of();

  @TempDir Path folder;

  private static ParentFiles parents(Path image) {
    return new ParentFiles(Optional.of(image.getParent()), FileChannel::open, KeySource.NONE);
  }

  @SuppressWarnings("MustBeClosedChecker") // compare closes it
  private static ImageDiff diff(Path a, Path b) throws IOException {
    try (FileChannel channel = FileChannel.open(a);
        ImageReader reader = new ImageReader(channel)) {
      return ImageDiff.compare("A", reader, parents(a), "B", ImageFile.open(b), parents(b));
    }
  }

  private Path image(String name, List<ImageObject> state) throws IOException {
    return DiffImages.write(folder.resolve(name), state, NO_PAGES, 256);
  }

  private ImageDiff diff(List<ImageObject> a, List<ImageObject> b) throws IOException {
    return diff(image("a", a), image("b", b));
  }

  private static List<String> names(ImageDiff diff, Where where) {
    return diff.objects().stream()
        .filter(object -> object.where() == where)
        .map(ObjectDiff::name)
        .toList();
  }

  private static List<ImageObject> with(List<ImageObject> state, int at, ImageRecord record) {
    List<ImageObject> changed = new ArrayList<>(state);
    changed.set(at, DiffImages.object(state.get(at).objref(), record));
    return changed;
  }

  private static int indexOf(List<ImageObject> state, Class<?> type) {
    for (int i = 0; i < state.size(); i++) {
      if (type.isInstance(state.get(i).record())) {
        return i;
      }
    }
    throw new AssertionError(type);
  }

  @Test
  void anImageIsAsItIs() throws Exception {
    Path image = Files.write(folder.resolve("image"), Samples.image());
    ImageDiff diff = diff(image, image);
    assertTrue(diff.same(), diff.objects() + " " + diff.pages());
  }

  /** The numbers of objects say nothing, nor does the order of what does not depend on it. */
  @Test
  void numbersAndOrderAreNoDifference() throws Exception {
    List<ImageObject> other = DiffImages.state(40);
    other.add(4, DiffImages.object(0, new Fd(9, 0, 99)));
    other.remove(4);
    Collections.swap(other, 7, 8);
    ImageDiff diff = diff(DiffImages.state(0), other);
    assertTrue(diff.same(), diff.objects().toString());
  }

  /** Each field of each record of the samples, one after the other. */
  @Test
  void noFieldIsOverlooked() throws Exception {
    List<ImageObject> state = Samples.state();
    Path a = image("a", state);
    int nr = 0;
    for (int i = 0; i < state.size(); i++) {
      for (ChangedField change : ChangedField.of(state.get(i).record())) {
        if (change.name().equals("parentUuid")) {
          continue; // goes with a PARENT_IMAGE
        }
        Path b;
        try {
          b = image("b", with(state, i, change.record()));
        } catch (RuleViolation e) {
          continue; // such an image cannot be: what the field refers to is of the wrong type
        }
        ImageDiff diff = diff(a, b);
        String what = state.get(i).record().type() + " " + change.name();
        boolean ofTheDump =
            i == 0 && change.name().matches("uuid|(monotonic|boottime|realtime)Nanos");
        assertEquals(ofTheDump, diff.same(), what);
        if (ofTheDump) {
          continue;
        }
        nr++;
        // What it refers to may be known by another name then.
        int at = i;
        ObjectDiff first =
            diff.objects().stream()
                .filter(object -> object.record().type() == state.get(at).record().type())
                .findFirst()
                .orElseThrow(() -> new AssertionError(what + " " + diff.objects()));
        if (first.where() == Where.BOTH) {
          List<String> fields = first.fields().stream().map(FieldDiff::name).toList();
          assertTrue(
              fields.stream().allMatch(field -> field.split("[\\[.]")[0].equals(change.name())),
              what + " " + fields);
          assertTrue(fields.size() == 1 || fields.get(0).contains("["), what + " " + fields);
        }
      }
    }
    assertTrue(nr > 300, nr + " changes");
  }

  @Test
  void tellsWhatIsNewAndWhatIsGone() throws Exception {
    List<ImageObject> a = DiffImages.state(0);
    List<ImageObject> b = DiffImages.state(7);
    b.removeIf(object -> object.record() instanceof Fd);
    b.add(DiffImages.object(0, new Fd(6, 0, 7 + DiffImages.OPEN)));
    b.add(DiffImages.object(20, new FileRegular(7 + DiffImages.SO, 0, 0)));
    b.add(DiffImages.object(0, new Fd(7, 0, 20)));
    b.add(DiffImages.object(0, DiffImages.vma(0x50_0000, 1, 0, VmaKind.STACK)));
    ImageDiff diff = diff(a, b);
    assertEquals(List.of("FILE_REGULAR of FD 5", "FD 5"), names(diff, Where.ONLY_A));
    assertEquals(
        List.of("FILE_REGULAR of FD 6", "FD 6", "FILE_REGULAR of FD 7", "FD 7", "VMA 500000"),
        names(diff, Where.ONLY_B));
    assertEquals(List.of(), names(diff, Where.BOTH));
    ImageDiff swapped = diff.swapped();
    assertEquals(names(diff, Where.ONLY_A), names(swapped, Where.ONLY_B));
    assertEquals(names(diff, Where.ONLY_B), names(swapped, Where.ONLY_A));
  }

  /** Two descriptors that shared an open file, and each have one now. */
  @Test
  void tellsWhatAReferenceLeadsTo() throws Exception {
    List<ImageObject> a = DiffImages.state(0);
    a.add(DiffImages.object(0, new Fd(6, 0, DiffImages.OPEN)));
    List<ImageObject> b = DiffImages.state(0);
    b.add(DiffImages.object(6, new FileRegular(DiffImages.EXE, 0x8000, 77)));
    b.add(DiffImages.object(0, new Fd(6, 0, 6)));
    ImageDiff diff = diff(a, b);
    assertEquals(List.of("FD 6"), names(diff, Where.BOTH));
    assertEquals(
        List.of(new FieldDiff("file", "FILE_REGULAR of FD 5", "FILE_REGULAR of FD 6")),
        diff.objects().get(0).fields());
    assertEquals(List.of("FILE_REGULAR of FD 6"), names(diff, Where.ONLY_B));
  }

  /** A file is another one if its path is, though the same mapping is of it. */
  @Test
  void knowsFilesByTheirPaths() throws Exception {
    List<ImageObject> a = DiffImages.state(0);
    List<ImageObject> b = new ArrayList<>(a);
    b.set(4, DiffImages.object(DiffImages.SO, DiffImages.file("/lib/newer.so")));
    ImageDiff diff = diff(a, b);
    assertEquals(List.of("VMA 200000"), names(diff, Where.BOTH));
    assertEquals("/lib/library.so", diff.objects().get(1).what());
    assertEquals(
        List.of(new FieldDiff("backing", "FILE_REF /lib/library.so", "FILE_REF /lib/newer.so")),
        diff.objects().get(1).fields());
    assertEquals(List.of("FILE_REF /lib/library.so"), names(diff, Where.ONLY_A));
    assertEquals(List.of("FILE_REF /lib/newer.so"), names(diff, Where.ONLY_B));
  }

  @Test
  void tellsOfListsElementByElement() throws Exception {
    List<ImageObject> a = Samples.state();
    int at = indexOf(a, dev.ckpt.format.record.Pipe.class);
    List<ImageObject> b =
        with(
            a,
            at,
            new dev.ckpt.format.record.Pipe(
                3301, 65_536, true, List.of(ByteString.of("in flight"))));
    assertEquals(
        List.of(new FieldDiff("buffers[1]", "'next'", "none")),
        diff(a, b).objects().get(0).fields());
  }

  /** What a page reads as, by an oracle that looks at one page at a time. */
  private static final class Oracle {
    private long differ;
    private long onlyA;
    private long onlyB;

    /** Null is a page that is not in the image. */
    void add(Integer a, Integer b, boolean anonymous) {
      Integer inA = anonymous && isZero(a) ? null : a;
      Integer inB = anonymous && isZero(b) ? null : b;
      if (inA == null && inB == null || isZero(inA) && isZero(inB)) {
        return;
      }
      if (inA == null) {
        onlyB++;
      } else if (inB == null) {
        onlyA++;
      } else if (!inA.equals(inB)) {
        differ++;
      }
    }

    private static boolean isZero(Integer page) {
      return page != null && page <= 0;
    }

    List<Long> counts() {
      return List.of(differ, onlyA, onlyB);
    }
  }

  private static List<Long> counts(ImageDiff diff, String what) {
    return diff.pages().stream()
        .filter(pages -> pages.what().equals(what))
        .map(pages -> List.of(pages.nrDiffer(), pages.nrOnlyA(), pages.nrOnlyB()))
        .findFirst()
        .orElse(List.of(0L, 0L, 0L));
  }

  private static TreeMap<Long, Integer> random(Random random, long... starts) {
    Integer[] kinds = {null, null, DiffImages.ZERO, DiffImages.ZERO_DATA, 1, 1, 2};
    TreeMap<Long, Integer> pages = new TreeMap<>();
    for (long start : starts) {
      for (int i = 0; i < DiffImages.NR_PAGES; i++) {
        Integer kind = kinds[random.nextInt(kinds.length)];
        if (kind != null) {
          pages.put(start + (long) i * PAGE, kind);
        }
      }
    }
    return pages;
  }

  @Test
  void comparesWhatPagesReadAs() throws Exception {
    long seed = Long.getLong("ckpt.seed", System.nanoTime());
    System.out.println("ImageDiffTest seed " + seed);
    Random random = new Random(seed);
    long[] mm = {DiffImages.ANON, DiffImages.LIBRARY, DiffImages.UNMAPPED};
    for (int round = 0; round < 60; round++) {
      TreeMap<Long, Integer> mmA = random(random, mm);
      TreeMap<Long, Integer> mmB = round % 5 == 0 ? mmA : random(random, mm);
      TreeMap<Long, Integer> shmemA = random(random, 0);
      TreeMap<Long, Integer> shmemB = random(random, 0);
      int base = random.nextInt(9);
      Path a =
          DiffImages.write(
              folder.resolve("a"),
              DiffImages.state(0),
              new TreeMap<>(Map.of(DiffImages.MM, mmA, DiffImages.SHMEM, shmemA)),
              1 + random.nextInt(40));
      Path b =
          DiffImages.write(
              folder.resolve("b"),
              DiffImages.state(base),
              new TreeMap<>(Map.of(base + DiffImages.MM, mmB, base + DiffImages.SHMEM, shmemB))
                  .descendingMap(),
              1 + random.nextInt(40));
      ImageDiff diff = diff(a, b);
      assertEquals(List.of(), diff.objects());
      assertEquals(expected(mmA, mmB, DiffImages.ANON, true), counts(diff, ""));
      assertEquals(expected(mmA, mmB, DiffImages.LIBRARY, false), counts(diff, "/lib/library.so"));
      assertEquals(expected(mmA, mmB, DiffImages.UNMAPPED, false), counts(diff, "no mapping"));
      assertEquals(expected(shmemA, shmemB, 0, true), counts(diff, "memory object buffer"));
      ImageDiff back = diff(b, a);
      assertEquals(
          diff.swapped().pages().stream().map(ImageDiffTest::withoutVma).toList(),
          back.pages().stream().map(ImageDiffTest::withoutVma).toList());
    }
  }

  /** Of the mapping all but its reference is equal. */
  private static PagesDiff withoutVma(PagesDiff of) {
    return new PagesDiff(
        Optional.empty(), of.what(), of.nrDiffer(), of.nrOnlyA(), of.nrOnlyB(), of.first());
  }

  private static List<Long> expected(
      TreeMap<Long, Integer> a, TreeMap<Long, Integer> b, long start, boolean anonymous) {
    Oracle oracle = new Oracle();
    for (int i = 0; i < DiffImages.NR_PAGES; i++) {
      long addr = start + (long) i * PAGE;
      oracle.add(a.get(addr), b.get(addr), anonymous);
    }
    return oracle.counts();
  }

  @Test
  void tellsWhereTheFirstPageIs() throws Exception {
    long addr = DiffImages.ANON + 5L * PAGE;
    TreeMap<Long, Integer> pages = new TreeMap<>(Map.of(addr, 1, addr + 3L * PAGE, 1));
    TreeMap<Long, Integer> others = new TreeMap<>(Map.of(addr, 2));
    List<ImageObject> state = DiffImages.state(0);
    Path a = DiffImages.write(folder.resolve("a"), state, Map.of(DiffImages.MM, pages), 256);
    Path b = DiffImages.write(folder.resolve("b"), state, Map.of(DiffImages.MM, others), 256);
    PagesDiff found = diff(a, b).pages().get(0);
    assertEquals(addr, found.first());
    assertEquals(DiffImages.ANON, found.vma().orElseThrow().start());
    assertEquals(List.of(1L, 1L, 0L), List.of(found.nrDiffer(), found.nrOnlyA(), found.nrOnlyB()));
  }

  /** Zeros of a mapping that is gone are told of by that, other pages are only in the one. */
  @Test
  void pagesOfAMappingThatIsGoneAreOnlyInTheOne() throws Exception {
    List<ImageObject> state = DiffImages.state(0);
    TreeMap<Long, Integer> pages =
        new TreeMap<>(Map.of(DiffImages.ANON, 1, DiffImages.ANON + PAGE, DiffImages.ZERO));
    Path a = DiffImages.write(folder.resolve("a"), state, Map.of(DiffImages.MM, pages), 256);
    List<ImageObject> without = new ArrayList<>(state);
    without.remove(7);
    ImageDiff diff = diff(a, image("b", without));
    assertEquals(List.of("VMA 100000"), names(diff, Where.ONLY_A));
    assertEquals(List.of(0L, 1L, 0L), counts(diff, ""));
    assertEquals(List.of(0L, 0L, 1L), counts(diff(image("c", without), a), ""));
  }

  /** Memory that became a mapping of a file reads as before where zeros are written. */
  @Test
  void zerosAreZerosInAMappingOfAnotherKind() throws Exception {
    List<ImageObject> state = DiffImages.state(0);
    List<ImageObject> other =
        with(
            state,
            7,
            DiffImages.vma(
                DiffImages.ANON, DiffImages.NR_PAGES, DiffImages.SO, VmaKind.FILE_PRIVATE));
    TreeMap<Long, Integer> zeros = new TreeMap<>(Map.of(DiffImages.ANON, DiffImages.ZERO));
    Path a = image("a", state);
    Path b = DiffImages.write(folder.resolve("b"), other, Map.of(DiffImages.MM, zeros), 256);
    assertEquals(List.of(), diff(a, b).pages());
    assertEquals(List.of(), diff(b, a).pages());
  }

  /** Pages that follow one another count for the mapping that each lies in. */
  @Test
  void countsPagesForTheirMappings() throws Exception {
    List<ImageObject> state = DiffImages.state(0);
    long end = DiffImages.ANON + (long) DiffImages.NR_PAGES * PAGE;
    state.add(DiffImages.object(0, DiffImages.vma(end + PAGE, 1, 0, VmaKind.STACK)));
    TreeMap<Long, Integer> pages =
        new TreeMap<>(Map.of(end - PAGE, 1, end, 1, end + PAGE, 1, end + 2L * PAGE, 1));
    Path a = DiffImages.write(folder.resolve("a"), state, Map.of(DiffImages.MM, pages), 256);
    assertEquals(
        List.of(1L, 1L, 2L),
        diff(a, image("b", state)).pages().stream().map(PagesDiff::nrOnlyA).toList());
  }

  @Test
  void countsPagesOfWhatIsOnlyInTheOther() throws Exception {
    List<ImageObject> a = DiffImages.state(0);
    List<ImageObject> b = DiffImages.state(0);
    b.add(DiffImages.object(9, MemorySamples.ghostFile()));
    TreeMap<Long, Integer> pages = new TreeMap<>(Map.of(0L, 1));
    Path other = DiffImages.write(folder.resolve("b"), b, Map.of(9, pages), 256);
    ImageDiff diff = diff(image("a", a), other);
    assertEquals(List.of(0L, 0L, 1L), counts(diff, "memory object /tmp/gone (deleted)"));
  }

  /** Wherever in the chain its pages are, and on whichever side it is. */
  @Test
  void aChainIsTheSameAsWhatItIsMergedInto() throws Exception {
    long seed = Long.getLong("ckpt.seed", System.nanoTime());
    System.out.println("ImageDiffTest seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 8; round++) {
      Path place = Files.createDirectory(folder.resolve("r" + round));
      ChainModel model = new ChainModel(place, random);
      ChainModel.Image last = null;
      for (int i = 0; i <= 1 + round % 4; i++) {
        last = model.add(model.anything());
      }
      Path merged = place.resolve("merged");
      try (FileChannel channel = FileChannel.open(last.path());
          FileChannel out =
              FileChannel.open(
                  merged,
                  java.nio.file.StandardOpenOption.CREATE_NEW,
                  java.nio.file.StandardOpenOption.WRITE);
          ImageReader reader = new ImageReader(channel);
          ImageWriter writer = new ImageWriter(out)) {
        ImageMerge.merge(reader, parents(last.path()), writer);
      }
      assertTrue(diff(last.path(), merged).same());
      assertTrue(diff(merged, last.path()).same());
      // What the chain says without its parents is something else: it was they that were read.
      long nrOfParents =
          last.whole().stream()
              .flatMap(thing -> thing.values().stream())
              .filter(s -> s > 0)
              .count();
      ChainModel.Image empty = model.add(ChainModel.nothing());
      long nrGone = diff(merged, empty.path()).pages().stream().mapToLong(PagesDiff::nrOnlyA).sum();
      assertTrue(nrGone >= nrOfParents, nrGone + " of " + nrOfParents);
    }
  }

  @Test
  void saysWhichImageIsDamaged() throws Exception {
    TreeMap<Long, Integer> pages = new TreeMap<>(Map.of(DiffImages.ANON, 1));
    Path whole =
        DiffImages.write(
            folder.resolve("whole"), DiffImages.state(0), Map.of(DiffImages.MM, pages), 256);
    byte[] bytes = Files.readAllBytes(whole);
    int page = -1;
    try (ImageFile file = ImageFile.open(whole)) {
      page = (int) file.pageArray(0).offset() + 4096;
    }
    bytes[page] ^= 1;
    Path damaged = Files.write(folder.resolve("damaged"), bytes);
    assertTrue(
        assertThrows(CkptException.class, () -> diff(damaged, whole))
            .getMessage()
            .startsWith("A: "));
    assertTrue(
        assertThrows(CkptException.class, () -> diff(whole, damaged))
            .getMessage()
            .startsWith("B: "));
  }
}
