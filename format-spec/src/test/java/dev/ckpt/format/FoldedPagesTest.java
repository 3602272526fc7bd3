package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ChainModel.Image;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.ParentPages;
import dev.ckpt.format.record.ParentPages.ParentRun;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of an image and its parents together is what a plain map says. */
class FoldedPagesTest {
  private static final int PAGE = Limits.PAGE_SIZE;
  private static final int ROUNDS = 40;

  @TempDir Path folder;

  private final long seed = Long.getLong("ckpt.seed", System.nanoTime());
  private final Random random = new Random(seed);

  private ChainModel model() throws IOException {
    return new ChainModel(Files.createTempDirectory(folder, "chain"), random);
  }

  private static ParentFiles parents(KeySource keys) {
    return new ParentFiles(Optional.empty(), path -> FileChannel.open(path), keys);
  }

  /** What the folded stream of an image gave. */
  private record Read(
      List<TreeMap<Long, Integer>> whole, List<ImageObject> arrays, List<ImageRecord> behind) {}

  /**
   * Reads an image with all that it builds on, and checks each array: that it lies behind the last
   * one of its owner, that its pages are as many as it says, and that those of the array before it
   * are still what they were.
   */
  private static Read read(Image image, KeySource keys) throws IOException {
    Read read = new Read(ChainModel.nothing(), new ArrayList<>(), new ArrayList<>());
    Map<Integer, Long> ends = new HashMap<>();
    try (FileChannel file = FileChannel.open(image.path());
        ImageReader reader = new ImageReader(file, keys, 1);
        ImageChain chain = ImageChain.open(ImageState.read(reader), parents(keys))) {
      FoldedPages folded = new FoldedPages(reader, chain);
      ByteBuffer before = ByteBuffer.allocate(0);
      ByteBuffer copy = before;
      for (Optional<ImageObject> next = folded.next(); next.isPresent(); next = folded.next()) {
        assertEquals(copy, before, "pages of the array before");
        if (next.get().record() instanceof PageArray array) {
          assertEquals(List.of(), read.behind());
          assertTrue(array.addr() >= ends.getOrDefault(array.owner(), 0L), array.toString());
          ends.put(array.owner(), array.end());
          before = folded.pages();
          assertTrue(before.isDirect() && before.isReadOnly());
          copy = ByteBuffer.allocate(before.remaining()).put(before.duplicate()).flip();
          take(array, folded.pages(), read.whole().get(image.thing(array.owner())));
          read.arrays().add(next.get());
        } else {
          assertThrows(IllegalStateException.class, folded::pages);
          read.behind().add(next.get().record());
        }
      }
      assertEquals(Optional.empty(), folded.next());
      reader.requireEnd();
    }
    return read;
  }

  private static void take(PageArray array, ByteBuffer pages, Map<Long, Integer> into) {
    assertEquals(array.dataBytes(), pages.remaining());
    for (PageRun run : array.runs()) {
      for (long addr = run.addr(); addr < run.end(); addr += PAGE) {
        int what = ChainModel.ZERO;
        if (run.kind() == PageKind.DATA) {
          byte[] page = new byte[PAGE];
          what = pages.getInt(pages.position());
          pages.get(page);
          assertTrue(Arrays.equals(ChainModel.page(what), page), "page " + what);
        }
        into.put(addr, what);
      }
    }
  }

  private Read assertFolds(Image image) throws IOException {
    return assertFolds(image, KeySource.NONE);
  }

  private Read assertFolds(Image image, KeySource keys) throws IOException {
    Read read = read(image, keys);
    for (int thing = 0; thing < ChainModel.NR_THINGS; thing++) {
      String where = "seed " + seed + ", thing " + thing + " of " + image.path();
      assertEquals(image.whole().get(thing), read.whole().get(thing), where);
    }
    try (FileChannel file = FileChannel.open(image.path());
        ImageReader plain = new ImageReader(file, keys)) {
      List<ImageRecord> behind = new ArrayList<>();
      for (Optional<ImageObject> next = plain.next(); next.isPresent(); next = plain.next()) {
        ObjectType.Phase phase = next.get().record().type().phase();
        if (phase.compareTo(ObjectType.Phase.PAGES) > 0) {
          behind.add(next.get().record());
        }
      }
      assertEquals(3, behind.size());
      assertEquals(behind, read.behind());
    }
    return read;
  }

  @Test
  void givesThePagesOfRandomChains() throws Exception {
    System.out.println("FoldedPagesTest seed " + seed);
    int nrPages = 0;
    for (int round = 0; round < ROUNDS; round++) {
      ChainModel model = model();
      for (int length = 1 + random.nextInt(5); length > 0; length--) {
        model.add(model.anything());
      }
      Image image = model.last().orElseThrow();
      assertFolds(image);
      nrPages += image.whole().stream().mapToInt(Map::size).sum();
    }
    assertTrue(nrPages > 10 * ROUNDS, nrPages + " pages");
  }

  @Test
  void givesThePagesOfSealedChains() throws Exception {
    try (SealSecret secret = SealSecret.ofKeyFile(SealedImages.keyFile())) {
      ChainModel model = new ChainModel(folder, random, Optional.of(secret));
      for (int i = 0; i < 4; i++) {
        assertFolds(model.add(model.anything()), secret);
      }
    }
  }

  /** Nothing is copied of what no parent has to do with. */
  @Test
  void handsArraysWithoutPagesOfParentsOnAsTheyAre() throws Exception {
    ChainModel model = model();
    List<TreeMap<Long, Integer>> old = ChainModel.nothing();
    model.put(old.get(0), 5000, 10, PageKind.DATA);
    model.add(old);
    List<TreeMap<Long, Integer>> things = ChainModel.nothing();
    model.put(things.get(0), 0, 600, PageKind.DATA);
    model.put(things.get(1), 0, 600, PageKind.DATA);
    model.put(things.get(0), 5000, 10, PageKind.PARENT);
    Image image = model.add(things);
    Read read = assertFolds(image);
    List<ImageObject> own;
    try (FileChannel file = FileChannel.open(image.path());
        ImageReader reader = new ImageReader(file)) {
      own = new ArrayList<>();
      for (Optional<ImageObject> next = reader.next(); next.isPresent(); next = reader.next()) {
        own.add(next.get());
      }
      own.removeIf(object -> object.record().type() != ObjectType.PAGE_ARRAY);
    }
    assertTrue(own.size() >= 6, own.toString());
    assertEquals(own, read.arrays().subList(0, own.size()));
    assertEquals(own.size() + 1, read.arrays().size());
  }

  @Test
  void givesThePagesOfParentsAlone() throws Exception {
    ChainModel model = model();
    List<TreeMap<Long, Integer>> old = ChainModel.nothing();
    model.put(old.get(0), 0, 700, PageKind.DATA);
    model.put(old.get(2), 300, 400, PageKind.DATA);
    model.put(old.get(2), 100, 50, PageKind.ZERO);
    model.add(old);
    List<TreeMap<Long, Integer>> things = ChainModel.nothing();
    model.put(things.get(0), 0, 2000, PageKind.PARENT);
    model.put(things.get(1), 0, 2000, PageKind.PARENT);
    model.put(things.get(2), 0, 2000, PageKind.PARENT);
    assertFolds(model.add(things));
    assertFolds(model.add(things));
  }

  @Test
  void givesNoArrayOfPagesThatNoParentHas() throws Exception {
    ChainModel model = model();
    model.add(ChainModel.nothing());
    List<TreeMap<Long, Integer>> things = ChainModel.nothing();
    model.put(things.get(0), 0, 3000, PageKind.PARENT);
    assertEquals(List.of(), assertFolds(model.add(things)).arrays());
  }

  /** Up to the next page is another mebibyte, and nothing in it: no array, but the time of one. */
  @Test
  void keepsPagesOfAnArrayWhileNothingFollows() throws Exception {
    for (int nrEmpty = 0; nrEmpty < 4; nrEmpty++) {
      ChainModel model = model();
      List<TreeMap<Long, Integer>> old = ChainModel.nothing();
      model.put(old.get(0), 0, 1, PageKind.DATA);
      model.put(old.get(0), 256 * (1 + nrEmpty), 1, PageKind.DATA);
      model.add(old);
      List<TreeMap<Long, Integer>> things = ChainModel.nothing();
      model.put(things.get(0), 0, 256 * (2 + nrEmpty), PageKind.PARENT);
      assertEquals(2, assertFolds(model.add(things)).arrays().size());
    }
  }

  /** Between any two pages of an array with all the runs that one may have is one of the parent. */
  @Test
  void dividesWhatHasMoreRunsThanAnArrayMayHave() throws Exception {
    ChainModel model = model();
    List<TreeMap<Long, Integer>> old = ChainModel.nothing();
    List<TreeMap<Long, Integer>> things = ChainModel.nothing();
    for (int i = 0; i < 3 * Limits.MAX_ARRAY_RUNS; i++) {
      model.put(old.get(0), 4L * i, 1, PageKind.ZERO);
      model.put(things.get(0), 4L * i, 1, PageKind.PARENT);
      if (i < Limits.MAX_ARRAY_RUNS + 100) {
        model.put(things.get(0), 4L * i + 2, 1, PageKind.ZERO);
      }
    }
    model.put(old.get(1), 0, 2 * Limits.MAX_ARRAY_RUNS, PageKind.ZERO);
    for (int i = 0; i < 2 * Limits.MAX_ARRAY_RUNS; i += 2) {
      old.get(1).remove((long) i * PAGE);
    }
    model.put(things.get(1), 0, 2 * Limits.MAX_ARRAY_RUNS, PageKind.PARENT);
    model.add(old);
    assertFolds(model.add(things));
  }

  /** Runs of zeros that are as long as a run may be do not grow together with others. */
  @Test
  void keepsRunsAsLongAsTheyMayBe() throws Exception {
    PageRun zeros = new PageRun(0, Limits.MAX_RUN_PAGES, PageKind.ZERO);
    PageRun between = new PageRun(zeros.end(), 9, PageKind.ZERO);
    PageRun behind = new PageRun(between.end(), 1, PageKind.ZERO);
    byte[] parent = image(Optional.empty(), List.of(between));
    byte[] child = image(Optional.of(new ParentRun(zeros.end(), 9)), List.of(zeros, behind));
    List<PageRun> runs = new ArrayList<>();
    try (ImageReader reader = Images.reader(child);
        ImageChain chain = ImageChain.open(ImageState.read(reader), in(parent))) {
      FoldedPages folded = new FoldedPages(reader, chain);
      while (folded.next().orElseThrow().record() instanceof PageArray array) {
        runs.addAll(array.runs());
      }
    }
    assertEquals(List.of(zeros, between, behind), runs);
  }

  /** An image in a file of its own. */
  private ParentSource in(byte[] image) {
    return (parent, uuid) ->
        ImageFile.open(Files.write(Files.createTempFile(folder, "parent", ".ckpt"), image));
  }

  /** One memory object, and runs of it here and in a parent. */
  private static byte[] image(Optional<ParentRun> inParent, List<PageRun> runs) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      writer.write(inParent.isPresent() ? ParentSamples.header() : Samples.header());
      int owner = writer.writeShared(MemorySamples.shmem());
      if (inParent.isPresent()) {
        writer.write(ParentSamples.parentImage());
        writer.write(new ParentPages(owner, owner, List.of(inParent.get())));
      }
      PageArray table = new PageArray(owner, runs);
      writer.writePages(table, ByteBuffer.allocateDirect(table.dataBytes()));
      writer.finish();
    }
    return bytes.toByteArray();
  }

  @Test
  void refusesPagesThatAreHereAndInTheParent() throws Exception {
    byte[] parent = image(Optional.empty(), List.of(new PageRun(0, 1, PageKind.ZERO)));
    List<PageRun> runs =
        List.of(new PageRun(10 * PAGE, 2, PageKind.DATA), new PageRun(14 * PAGE, 3, PageKind.ZERO));
    for (int first = 0; first < 20; first++) {
      for (int nr = 1; nr < 20; nr++) {
        int end = first + nr;
        boolean both = first < 12 && end > 10 || first < 17 && end > 14;
        byte[] child = image(Optional.of(new ParentRun((long) first * PAGE, nr)), runs);
        if (both) {
          CorruptImageException e =
              assertThrows(CorruptImageException.class, () -> foldAll(child, parent));
          assertEquals("PAGE_ARRAY", e.objectType());
          assertEquals("no pages that are in the parent", e.expected());
        } else {
          assertTrue(foldAll(child, parent) >= 1);
        }
      }
    }
  }

  /** How many arrays there are. */
  private int foldAll(byte[] child, byte[] parent) throws IOException {
    int nr = 0;
    try (ImageReader reader = Images.reader(child);
        ImageChain chain = ImageChain.open(ImageState.read(reader), in(parent))) {
      FoldedPages folded = new FoldedPages(reader, chain);
      while (folded.next().orElseThrow().record() instanceof PageArray) {
        nr++;
      }
    }
    return nr;
  }
}
