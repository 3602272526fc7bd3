package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.ckpt.error.CkptException;
import dev.ckpt.format.RawStream.Raw;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever an image holds, a reader reads it or throws a CkptException: no other exception, no
 * endless loop, no huge allocation. Most damage is dressed up with good checksums, or it would
 * never get past the first of them.
 */
class ImageFuzzTest {
  private static final int ROUNDS = 1500;

  @TempDir Path folder;

  @Test
  void readsOrRefusesWhateverComes() throws Exception {
    long seed = System.nanoTime();
    System.out.println("ImageFuzzTest seed " + seed);
    Random random = new Random(seed);
    byte[][] images = {
      Samples.image(),
      Samples.image(),
      Samples.childImage(),
      Samples.shortImage(),
      Samples.compressedImage(PageCodec.LZ4),
      Samples.compressedImage(PageCodec.ZSTD)
    };
    Path path = folder.resolve("fuzz.ckpt");
    int nrRead = 0;
    int nrRefused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] mutant = mutate(random, images[random.nextInt(images.length)]);
      try {
        Images.readAll(mutant);
        nrRead++;
      } catch (CkptException e) {
        nrRefused++;
      } catch (RuntimeException | Error e) {
        fail("seed " + seed + " round " + round, e);
      }
      if (round % 4 == 0) {
        readAsFile(Files.write(path, mutant), random, "seed " + seed + " round " + round);
      }
    }
    assertTrue(nrRead > 0 && nrRefused > 0, nrRead + " read, " + nrRefused + " refused");
  }

  private static void readAsFile(Path path, Random random, String where) throws Exception {
    try (FileChannel channel = FileChannel.open(path);
        ImageFile file = new ImageFile(channel)) {
      ByteBuffer page = ByteBuffer.allocate(Limits.PAGE_SIZE);
      for (int i = 0; i < file.nrPageArrays(); i++) {
        page.clear();
        long addr = file.pageArray(i).addr() + random.nextInt(4) * 4096L;
        if (addr % 4096 == 0) {
          boolean found = file.readPage(file.pageArray(i).owner(), addr, page).isPresent();
          assertTrue(found == (page.position() != 0));
        }
      }
      file.state();
      file.verify();
    } catch (CkptException e) {
      // refused, as it should
    } catch (RuntimeException e) {
      fail(where, e);
    }
  }

  /** An image that builds on another, which is whole: its pages and those of both. */
  @Test
  void foldsOrRefusesWhateverBuildsOnAnother() throws Exception {
    long seed = System.nanoTime();
    System.out.println("ImageFuzzTest seed " + seed);
    Random random = new Random(seed);
    byte[] child = Samples.childImage();
    Path parent = Files.write(folder.resolve("parent.ckpt"), Samples.image());
    int nrFolded = 0;
    int nrRefused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] mutant = rebuilt(random, child);
      try {
        fold(mutant, parent);
        nrFolded++;
      } catch (CkptException e) {
        nrRefused++;
      } catch (RuntimeException | Error e) {
        fail("seed " + seed + " round " + round, e);
      }
    }
    assertTrue(nrFolded > 0 && nrRefused > 0, nrFolded + " folded, " + nrRefused + " refused");
  }

  private static void fold(byte[] image, Path parent) throws IOException {
    try (ImageReader reader = Images.reader(image)) {
      ImageState state = ImageState.read(reader);
      try (ImageChain chain = ImageChain.open(state, (where, uuid) -> ImageFile.open(parent))) {
        FoldedPages folded = new FoldedPages(reader, chain);
        for (Optional<ImageObject> next = folded.next(); next.isPresent(); next = folded.next()) {
          if (next.get().record() instanceof PageArray array) {
            assertTrue(array.dataBytes() == folded.pages().remaining());
          }
        }
      }
    }
  }

  private static byte[] mutate(Random random, byte[] image) {
    switch (random.nextInt(8)) {
      case 0:
        byte[] flipped = image.clone();
        flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        return flipped;
      case 1:
        return Arrays.copyOf(image, random.nextInt(image.length + 100));
      default:
        return rebuilt(random, image);
    }
  }

  private static byte[] rebuilt(Random random, byte[] image) {
    List<Raw> objects = new ArrayList<>(RawStream.parse(image));
    objects.remove(objects.size() - 1);
    int nrMutations = random.nextInt(3);
    for (int i = 0; i <= nrMutations && !objects.isEmpty(); i++) {
      int at = random.nextInt(objects.size());
      Raw raw = objects.get(at);
      switch (random.nextInt(8)) {
        case 0 -> objects.remove(at);
        case 1 -> objects.add(random.nextInt(objects.size() + 1), raw);
        case 2 -> objects.set(at, headerMutant(random, raw));
        case 3 -> objects.add(at, Raw.of(990 + random.nextInt(9), 1, 0, new byte[at]));
        default ->
            objects.set(
                at,
                Raw.of(
                    raw.type(), raw.flags(), raw.objref(), payloadMutant(random, raw.payload())));
      }
    }
    return RawStream.withTail(objects);
  }

  private static Raw headerMutant(Random random, Raw raw) {
    return switch (random.nextInt(4)) {
      case 0 ->
          Raw.of(random.nextInt(600), raw.flags() ^ random.nextInt(2), raw.objref(), raw.payload());
      case 1 -> Raw.of(raw.type(), random.nextInt(4), raw.objref(), raw.payload());
      case 2 -> Raw.of(raw.type(), raw.flags(), random.nextInt(12) - 1, raw.payload());
      default ->
          new Raw(
              raw.type(),
              raw.flags(),
              raw.objref(),
              random.nextBoolean() ? random.nextLong() : random.nextInt(10_000),
              raw.payload());
    };
  }

  private static byte[] payloadMutant(Random random, byte[] payload) {
    byte[] mutant =
        random.nextInt(4) == 0
            ? Arrays.copyOf(payload, random.nextInt(payload.length + 20))
            : payload.clone();
    // Tables and lengths are at the front; pages, which may hold anything, are behind.
    int range = Math.min(mutant.length, random.nextBoolean() ? 64 : 2000);
    for (int i = random.nextInt(4); i >= 0 && range > 0; i--) {
      int value = random.nextInt(3) == 0 ? random.nextInt(4) : random.nextInt(256);
      mutant[random.nextInt(range)] = (byte) value;
    }
    return mutant;
  }
}
