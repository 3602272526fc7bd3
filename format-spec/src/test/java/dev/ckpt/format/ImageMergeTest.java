package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.ParentPages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that are folded with what they build on, into one that says the same. */
class ImageMergeTest {
  private static final int ROUNDS = 15;

  @TempDir Path folder;
  private Random random;

  @BeforeEach
  void seed() {
    long seed = System.nanoTime();
    System.out.println("ImageMergeTest seed " + seed);
    random = new Random(seed);
  }

  private static int merge(Path image, Path into) throws IOException {
    ParentFiles parents =
        new ParentFiles(Optional.of(image.getParent()), FileChannel::open, KeySource.NONE);
    try (FileChannel channel = FileChannel.open(image);
        ImageReader reader = new ImageReader(channel);
        ImageWriter writer = new ImageWriter(Channels.newChannel(Files.newOutputStream(into)))) {
      return ImageMerge.merge(reader, parents, writer);
    }
  }

  /** How many pages an image has itself. */
  private static long nrPages(Path path) throws IOException {
    long nr = 0;
    try (FileChannel channel = FileChannel.open(path);
        ImageReader reader = new ImageReader(channel)) {
      for (Optional<ImageObject> next = reader.next(); next.isPresent(); next = reader.next()) {
        if (next.get().record() instanceof PageArray array) {
          nr += array.runs().stream().mapToLong(PageRun::nrPages).sum();
        }
      }
      reader.requireEnd();
    }
    return nr;
  }

  private static ByteBuffer contentOf(int seed) {
    return ByteBuffer.wrap(
        seed == ChainModel.ZERO ? new byte[Limits.PAGE_SIZE] : ChainModel.page(seed));
  }

  @Test
  void saysTheSameAloneAsTheChainDid() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      ChainModel model = new ChainModel(Files.createDirectory(folder.resolve("r" + round)), random);
      ChainModel.Image last = null;
      int length = 1 + random.nextInt(5);
      for (int i = 0; i < length; i++) {
        last = model.add(model.anything());
      }
      Path merged = folder.resolve("merged-" + round);
      assertEquals(length - 1, merge(last.path(), merged));
      assertEquals(last.whole().stream().mapToLong(Map::size).sum(), nrPages(merged));
      try (ImageFile file = ImageFile.open(merged)) {
        file.verify();
        assertEquals(last.uuid(), file.header().uuid());
        assertEquals(Header.NO_PARENT, file.header().parentUuid());
        assertEquals(List.of(), file.state().all(ParentPages.class));
        ByteBuffer page = ByteBuffer.allocate(Limits.PAGE_SIZE);
        for (int thing = 0; thing < ChainModel.NR_THINGS; thing++) {
          for (Map.Entry<Long, Integer> each : last.whole().get(thing).entrySet()) {
            assertTrue(
                file.readPage(last.objrefs()[thing], each.getKey(), page.clear()).isPresent());
            assertEquals(contentOf(each.getValue()), page.flip());
          }
        }
      }
    }
  }

  /** It takes the place of the one before, and what builds on that says the same. */
  @Test
  void takesThePlaceOfTheOneBefore() throws Exception {
    ChainModel model = new ChainModel(folder, random);
    ChainModel.Image first = model.add(model.anything());
    ChainModel.Image middle = model.add(model.anything());
    ChainModel.Image last = model.add(model.anything());
    Path before = folder.resolve("before");
    merge(last.path(), before);
    Path whole = folder.resolve("whole");
    merge(middle.path(), whole);
    Files.delete(first.path());
    Files.move(whole, middle.path(), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Path after = folder.resolve("after");
    assertEquals(1, merge(last.path(), after));
    assertEquals(-1, Files.mismatch(before, after));
  }

  @Test
  void isTheSameOfOneThatStandsOnItsOwn() throws Exception {
    Path image = Files.write(folder.resolve("image"), Samples.image());
    Path merged = folder.resolve("merged");
    assertEquals(0, merge(image, merged));
    assertEquals(-1, Files.mismatch(image, merged));
  }

  @Test
  void doesNotFinishWhatHasLostItsParent() throws Exception {
    ChainModel model = new ChainModel(folder, random);
    Path parent = model.add(model.anything()).path();
    Path child = model.add(model.anything()).path();
    Files.delete(parent);
    Path merged = folder.resolve("merged");
    CkptException e = assertThrows(CkptException.class, () -> merge(child, merged));
    assertEquals(FailureCode.PARENT_MISSING, e.code());
    assertThrows(CkptException.class, () -> ImageFile.open(merged).close());
  }

  @Test
  void refusesAPreDump() throws Exception {
    Path image = Files.write(folder.resolve("image"), Samples.preDumpImage());
    CkptException e =
        assertThrows(CkptException.class, () -> merge(image, folder.resolve("merged")));
    assertEquals(FailureCode.MERGE_PRE_DUMP, e.code());
  }

  /** What is sealed would be there for everybody to read. */
  @Test
  void refusesToShowWhatIsSealed() throws Exception {
    byte[] sealed = SealedImages.image(SealSecret.ofKeyFile(SealedImages.keyFile()).newKey());
    Path parent = Files.write(folder.resolve("parent"), sealed);
    try (SealSecret secret = SealSecret.ofKeyFile(SealedImages.keyFile());
        ImageReader reader = Images.reader(Samples.childImage());
        ImageWriter writer =
            new ImageWriter(Channels.newChannel(Files.newOutputStream(folder.resolve("out"))))) {
      CkptException e =
          assertThrows(
              CkptException.class,
              () ->
                  ImageMerge.merge(
                      reader, (named, uuid) -> ImageFile.open(parent, secret), writer));
      assertEquals(FailureCode.MERGE_UNSEALS, e.code());
    }
  }
}
