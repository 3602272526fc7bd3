package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.PageCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Images that are written anew: the same, but for how their pages are stored. */
class ImageCopyTest {
  @TempDir Path folder;

  private static byte[] copy(byte[] image, Optional<PageCodec> codec) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageReader reader = Images.reader(image);
        ImageWriter writer = new ImageWriter(Channels.newChannel(bytes), Optional.empty(), codec)) {
      ImageCopy.copy(reader, writer);
    }
    return bytes.toByteArray();
  }

  @ParameterizedTest
  @EnumSource(PageCodec.class)
  void isTheSameWhenItIsPlainAgain(PageCodec codec) throws Exception {
    for (byte[] image :
        List.of(
            Samples.image(), Samples.childImage(), Samples.preDumpImage(), Samples.shortImage())) {
      byte[] small = copy(image, Optional.of(codec));
      assertTrue(small.length <= image.length, small.length + " of " + image.length);
      assertArrayEquals(image, copy(small, Optional.empty()));
    }
  }

  @Test
  void goesFromOneCodecToAnother() throws Exception {
    byte[] lz4 = Samples.compressedImage(PageCodec.LZ4);
    byte[] zstd = copy(lz4, Optional.of(PageCodec.ZSTD));
    assertEquals(CompressedSamples.arrays(), CompressedSamples.read(Images.reader(zstd)));
    assertArrayEquals(lz4, copy(zstd, Optional.of(PageCodec.LZ4)));
  }

  @Test
  void doesNotFinishWhatIsDamaged() throws Exception {
    byte[] image = Samples.image();
    byte[] cut = Arrays.copyOf(image, image.length - 100);
    assertThrows(CkptException.class, () -> copy(cut, Optional.of(PageCodec.LZ4)));
  }

  /** A chain of which some images are compressed is merged to what it would be otherwise. */
  @Test
  void changesNothingForThoseThatBuildOnIt() throws Exception {
    long seed = System.nanoTime();
    System.out.println("ImageCopyTest seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 8; round++) {
      ChainModel model = new ChainModel(Files.createDirectory(folder.resolve("r" + round)), random);
      List<Path> chain = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        chain.add(model.add(model.anything()).path());
      }
      byte[] before = merged(chain.get(3));
      for (Path image : chain) {
        if (random.nextBoolean()) {
          PageCodec codec = PageCodec.values()[random.nextInt(2)];
          Files.write(image, copy(Files.readAllBytes(image), Optional.of(codec)));
        }
      }
      assertArrayEquals(before, merged(chain.get(3)));
    }
  }

  private static byte[] merged(Path image) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ParentFiles parents =
        new ParentFiles(Optional.of(image.getParent()), FileChannel::open, KeySource.NONE);
    try (FileChannel channel = FileChannel.open(image);
        ImageReader reader = new ImageReader(channel);
        ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      ImageMerge.merge(reader, parents, writer);
    }
    return bytes.toByteArray();
  }
}
