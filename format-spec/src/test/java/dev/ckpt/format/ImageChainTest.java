package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.ChainModel.Image;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.ParentImage;
import dev.ckpt.format.record.ParentPages;
import dev.ckpt.format.record.ParentPages.ParentRun;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageChainTest {
  private static final int LENGTH = 4;

  @TempDir Path folder;

  private final long seed = Long.getLong("ckpt.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final OpenedFiles opened = new OpenedFiles();
  private ChainModel model;

  @BeforeEach
  void makeAChain() throws IOException {
    model = new ChainModel(folder, random);
    for (int i = 0; i < LENGTH; i++) {
      List<TreeMap<Long, Integer>> things = model.anything();
      // At least one page of each age, and one page of the oldest for all.
      model.put(things.get(0), 100_000, 1, i == 0 ? PageKind.DATA : PageKind.PARENT);
      model.put(things.get(0), 100_010 + i, 1, PageKind.DATA);
      model.add(things);
    }
  }

  private Image last() {
    return model.last().orElseThrow();
  }

  private static ImageState state(Path path) throws IOException {
    try (ImageFile file = ImageFile.open(path)) {
      return file.state();
    }
  }

  private static ImageState state(byte[] image) throws IOException {
    try (ImageReader reader = Images.reader(image)) {
      return ImageState.read(reader);
    }
  }

  /** An image of these objects and no page. */
  private static byte[] image(ImageRecord... objects) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      for (ImageRecord object : objects) {
        if (object.type().referable()) {
          writer.writeShared(object);
        } else {
          writer.write(object);
        }
      }
      writer.finish();
    }
    return bytes.toByteArray();
  }

  private void openAndClose(ImageState state, KeySource keys) throws IOException {
    try (ImageChain chain = ImageChain.open(state, opened.parents(keys))) {
      assertEquals(chain.length(), opened.nrOpen());
    }
  }

  /** The error, after which nothing is open. */
  private CkptException refused(ImageState state, KeySource keys) {
    CkptException e = assertThrows(CkptException.class, () -> openAndClose(state, keys));
    assertEquals(0, opened.nrOpen());
    return e;
  }

  private CkptException refused() throws IOException {
    return refused(state(last().path()), KeySource.NONE);
  }

  @Test
  void opensAllThatAnImageBuildsOn() throws Exception {
    try (ImageChain chain = ImageChain.open(state(last().path()), opened.parents(KeySource.NONE))) {
      assertEquals(LENGTH - 1, chain.length());
      assertEquals(LENGTH - 1, opened.nrOpen());
      for (int i = 0; i < LENGTH - 1; i++) {
        Image parent = model.image(LENGTH - 2 - i);
        assertEquals(parent.uuid(), chain.files().get(i).header().uuid());
        assertEquals(parent.path(), opened.paths().get(i));
      }
    }
    assertEquals(0, opened.nrOpen());
  }

  @Test
  void opensNothingForAnImageThatStandsOnItsOwn() throws Exception {
    try (ImageChain chain = ImageChain.open(state(model.image(0).path()), ParentSource.NONE)) {
      assertEquals(0, chain.length());
      assertEquals(Map.of(), chain.pages());
      ByteBuffer page = ByteBuffer.allocate(Limits.PAGE_SIZE);
      assertEquals(Optional.empty(), chain.readPage(1, 0, page));
      assertEquals(0, page.position());
    }
  }

  @Test
  void findsEveryPageThatAnyOfThemHasAndNoOther() throws Exception {
    System.out.println("ImageChainTest seed " + seed);
    Image parent = model.image(LENGTH - 2);
    int nrThere = 0;
    int nrNot = 0;
    try (ImageChain chain = ImageChain.open(state(last().path()), opened.parents(KeySource.NONE))) {
      for (int i = 0; i < 4000; i++) {
        int thing = random.nextInt(ChainModel.NR_THINGS);
        List<Long> known = List.copyOf(parent.whole().get(thing).keySet());
        boolean any = known.isEmpty() || random.nextInt(4) == 0;
        long addr =
            any
                ? (long) random.nextInt(3000) * Limits.PAGE_SIZE
                : known.get(random.nextInt(known.size()));
        ByteBuffer page = ByteBuffer.allocate(Limits.PAGE_SIZE);
        Optional<PageKind> kind = chain.readPage(parent.objrefs()[thing], addr, page);
        Integer what = parent.whole().get(thing).get(addr);
        String where = "seed " + seed + " thing " + thing + " at " + Long.toHexString(addr);
        if (what == null) {
          nrNot++;
          assertEquals(Optional.empty(), kind, where);
          assertEquals(0, page.position(), where);
        } else {
          nrThere++;
          boolean zero = what == ChainModel.ZERO;
          assertEquals(Optional.of(zero ? PageKind.ZERO : PageKind.DATA), kind, where);
          byte[] content = zero ? new byte[Limits.PAGE_SIZE] : ChainModel.page(what);
          assertArrayEquals(content, page.array(), where);
        }
      }
    }
    assertTrue(nrThere > 0 && nrNot > 0, nrThere + " and " + nrNot);
  }

  @Test
  void readsAPageOfTheOldestThroughAllOthers() throws Exception {
    try (ImageChain chain = ImageChain.open(state(last().path()), opened.parents(KeySource.NONE))) {
      long addr = 100_000L * Limits.PAGE_SIZE;
      ByteBuffer page = ByteBuffer.allocate(Limits.PAGE_SIZE);
      int owner = model.image(LENGTH - 2).objrefs()[0];
      assertEquals(Optional.of(PageKind.DATA), chain.readPage(owner, addr, page));
      int what = model.image(0).whole().get(0).get(addr);
      assertArrayEquals(ChainModel.page(what), page.array());
    }
  }

  @Test
  void saysThatAParentIsMissing() throws Exception {
    CkptException none =
        assertThrows(
            CkptException.class,
            () -> closed(ImageChain.open(state(last().path()), ParentSource.NONE)));
    assertEquals(FailureCode.PARENT_MISSING, none.code());
    Files.delete(model.image(LENGTH - 2).path());
    assertEquals(FailureCode.PARENT_MISSING, refused().code());
    assertEquals(List.of(), opened.paths());
  }

  private static void closed(ImageChain chain) throws IOException {
    chain.close();
  }

  @Test
  void saysThatAParentOfAParentIsMissing() throws Exception {
    Files.delete(model.image(0).path());
    CkptException e = refused();
    assertEquals(FailureCode.PARENT_MISSING, e.code());
    assertTrue(e.getMessage().contains(model.image(0).uuid().toString()), e.getMessage());
    assertEquals(LENGTH - 2, opened.paths().size());
  }

  @Test
  void saysThatAParentIsAnotherImage() throws Exception {
    Files.write(model.image(1).path(), Samples.shortImage());
    CkptException e = refused();
    assertEquals(FailureCode.PARENT_OTHER, e.code());
    assertTrue(e.getMessage().contains(model.image(1).path().toString()), e.getMessage());
  }

  @Test
  void refusesAnImageWhoseObjectsContradictEachOther() throws Exception {
    Header alone = Samples.header();
    Header child = ParentSamples.header();
    ImageRecord owner = MemorySamples.shmem();
    ParentImage parent = ParentSamples.parentImage();
    ParentPages pages = new ParentPages(1, 1, List.of(new ParentRun(0, 1)));
    for (byte[] image :
        List.of(
            image(alone, owner, pages),
            image(alone, owner, parent),
            image(alone, owner, parent, pages),
            image(child, owner),
            image(child, owner, pages),
            image(child, owner, parent, parent),
            image(child, owner, parent, pages, parent))) {
      CkptException e = refused(state(image), KeySource.NONE);
      assertEquals(FailureCode.IMAGE_CORRUPT, e.code());
      assertEquals("PARENT_IMAGE", ((CorruptImageException) e).objectType());
      assertEquals(List.of(), opened.paths());
    }
    // What they would be without the contradiction.
    assertEquals(Optional.empty(), ImageChain.parentOf(state(image(alone, owner))));
    assertEquals(Optional.of(parent), ImageChain.parentOf(state(image(child, owner, parent))));
    assertEquals(
        Optional.of(parent), ImageChain.parentOf(state(image(child, owner, parent, pages))));
  }

  @Test
  void refusesAParentWhoseObjectsContradictEachOther() throws Exception {
    Image parent = model.image(1);
    UUID its = model.image(0).uuid();
    Files.write(parent.path(), image(Samples.header(parent.uuid(), its)));
    CkptException e = refused();
    assertEquals(FailureCode.IMAGE_CORRUPT, e.code());
    assertEquals(List.of(model.image(2).path(), parent.path()), opened.paths());
  }

  /** A file that is its own parent. */
  @Test
  void refusesACircle() throws Exception {
    Path path = folder.resolve("circle.ckpt");
    UUID uuid = UUID.randomUUID();
    ParentImage itself = new ParentImage(ByteString.of(path.toString()));
    byte[] image = image(Samples.header(uuid, uuid), itself);
    Files.write(path, image);
    assertEquals(FailureCode.PARENTS_TOO_MANY, refused(state(image), KeySource.NONE).code());
    assertEquals(Collections.nCopies(Limits.MAX_PARENTS, path), opened.paths());
  }

  @Test
  void takesAsManyParentsAsThereMayBeAndNoMore() throws Exception {
    Path before = model.image(0).path();
    UUID uuid = model.image(0).uuid();
    for (int i = 1; i <= Limits.MAX_PARENTS + 1; i++) {
      UUID next = UUID.randomUUID();
      byte[] image =
          image(Samples.header(next, uuid), new ParentImage(ByteString.of(before.toString())));
      if (i == Limits.MAX_PARENTS) {
        openAndClose(state(image), KeySource.NONE);
        assertEquals(0, opened.nrOpen());
        assertEquals(Limits.MAX_PARENTS, opened.paths().size());
      } else if (i > Limits.MAX_PARENTS) {
        assertEquals(FailureCode.PARENTS_TOO_MANY, refused(state(image), KeySource.NONE).code());
      }
      before = Files.write(folder.resolve("link-" + i + ".ckpt"), image);
      uuid = next;
    }
  }

  @Test
  void refusesADamagedParent() throws Exception {
    Path path = model.image(1).path();
    byte[] image = Files.readAllBytes(path);
    // In front are the objects of the state, and behind them the tail.
    for (int at : new int[] {3, 20, 100, 500, image.length - 50, image.length - 1}) {
      byte[] damaged = image.clone();
      damaged[at] ^= 1;
      Files.write(path, damaged);
      assertEquals(FailureCode.IMAGE_CORRUPT, refused().code(), "byte " + at);
    }
  }

  @Test
  void refusesADamagedPageOfAParentWhenItIsRead() throws Exception {
    Path path = model.image(0).path();
    byte[] image = Files.readAllBytes(path);
    long addr = 100_000L * Limits.PAGE_SIZE;
    byte[] page = ChainModel.page(model.image(0).whole().get(0).get(addr));
    int at = 0;
    while (!Arrays.equals(page, 0, page.length, image, at, at + page.length)) {
      at += Limits.PAGE_SIZE;
    }
    image[at + 1000] ^= 1;
    Files.write(path, image);
    int owner = model.image(LENGTH - 2).objrefs()[0];
    try (ImageChain chain = ImageChain.open(state(last().path()), opened.parents(KeySource.NONE))) {
      ByteBuffer into = ByteBuffer.allocate(Limits.PAGE_SIZE);
      CkptException e = assertThrows(CkptException.class, () -> chain.readPage(owner, addr, into));
      assertEquals("PAGE_ARRAY", ((CorruptImageException) e.getCause()).objectType());
      assertTrue(e.getMessage().contains(path.toString()), e.getMessage());
      assertEquals(0, into.position());
    }
    assertEquals(0, opened.nrOpen());
  }

  @Test
  void refusesAParentThatWasCut() throws Exception {
    Path path = model.image(0).path();
    byte[] image = Files.readAllBytes(path);
    for (int len :
        new int[] {0, 7, 16, 64, image.length / 2, image.length - 64, image.length - 1}) {
      Files.write(path, Arrays.copyOf(image, len));
      assertEquals(FailureCode.IMAGE_CORRUPT, refused().code(), "length " + len);
      assertEquals(path, opened.paths().get(opened.paths().size() - 1));
    }
  }

  @Test
  void opensSealedParentsWithTheirKeys() throws Exception {
    Path sealed = Files.createDirectory(folder.resolve("sealed"));
    byte[] other = SealedImages.keyFile();
    other[0] ^= 1;
    try (SealSecret secret = SealSecret.ofKeyFile(SealedImages.keyFile());
        SealSecret wrong = SealSecret.ofKeyFile(other)) {
      ChainModel chain = new ChainModel(sealed, random, Optional.of(secret));
      for (int i = 0; i < 3; i++) {
        chain.add(chain.anything());
      }
      ImageState state;
      try (ImageFile file = ImageFile.open(chain.image(2).path(), secret)) {
        state = file.state();
      }
      openAndClose(state, secret);
      assertEquals(0, opened.nrOpen());
      assertEquals(FailureCode.IMAGE_SEALED, refused(state, KeySource.NONE).code());
      assertEquals(FailureCode.IMAGE_KEY, refused(state, wrong).code());
    }
  }

  @Test
  void closesItsFilesOnceAndForAll() throws Exception {
    ImageChain chain = ImageChain.open(state(last().path()), opened.parents(KeySource.NONE));
    try (chain) {
      chain.close();
      assertEquals(0, opened.nrOpen());
    }
    assertEquals(LENGTH - 1, opened.paths().size());
  }
}
