package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.ImageVersionException;
import dev.ckpt.format.DamagedFile.Page;
import dev.ckpt.format.RawStream.Raw;
import dev.ckpt.format.record.PageCodec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageDamageTest {
  @TempDir Path folder;

  private DamagedFile file;

  @BeforeEach
  void openFile() throws IOException {
    file = new DamagedFile(folder);
  }

  @AfterEach
  void closeFile() throws IOException {
    file.close();
  }

  @Test
  void readsTheImagesThatAreDamagedBelow() throws Exception {
    assertEquals(Samples.NR_OBJECTS, Images.readAll(Samples.image()).size());
    file.verify(Samples.image());
    file.verify(Samples.childImage());
    file.verify(Samples.shortImage());
  }

  @Test
  void noticesEveryFlippedByteOfAStream() throws Exception {
    noticesEveryFlippedByte(Samples.image());
    noticesEveryFlippedByte(Samples.childImage());
    for (PageCodec codec : PageCodec.values()) {
      noticesEveryFlippedByte(Samples.compressedImage(codec));
    }
  }

  private static void noticesEveryFlippedByte(byte[] image) throws Exception {
    List<Raw> objects = RawStream.parse(image);
    for (int i = 0; i < image.length; i++) {
      byte[] damaged = image.clone();
      damaged[i] ^= (byte) (1 << i % 8);
      CorruptImageException e =
          ReaderMemory.assertRefusedWithLittle(
              CorruptImageException.class, () -> Images.readAll(damaged));
      assertNamesTheObjectOf(objects, i, e);
    }
  }

  /** The error names the object that the byte is in, and a place in it. */
  private static void assertNamesTheObjectOf(List<Raw> objects, int at, CorruptImageException e) {
    if (at < Preamble.BYTES) {
      assertEquals("preamble", e.objectType());
      assertTrue(e.offset() < Preamble.BYTES, e.getMessage());
      return;
    }
    long[] offsets = FittedStream.offsets(objects);
    int number = objects.size() - 1;
    while (at < offsets[number]) {
      number--;
    }
    boolean inHeader = at < offsets[number] + ObjectHeader.BYTES;
    ObjectType type = ObjectType.of(objects.get(number).type()).orElseThrow();
    assertEquals(inHeader ? "object header" : type.name(), e.objectType(), e.getMessage());
    assertTrue(e.offset() >= offsets[number], e.getMessage());
    assertTrue(e.offset() < offsets[number + 1], e.getMessage());
  }

  @Test
  void noticesEveryFlippedBitOfAFile() throws Exception {
    byte[] image = Samples.shortImage();
    for (int i = 0; i < 8 * image.length; i++) {
      byte[] damaged = image.clone();
      damaged[i / 8] ^= (byte) (1 << i % 8);
      assertThrows(CorruptImageException.class, () -> file.verify(damaged), "bit " + i);
    }
  }

  /** Whoever reads only some of a file gets that as it was, or an error. */
  @Test
  void givesNothingWrongOutOfAFileWithAFlippedByte() throws Exception {
    givesNothingWrong(Samples.image());
    givesNothingWrong(Samples.childImage());
    givesNothingWrong(Samples.compressedImage(PageCodec.LZ4));
  }

  private void givesNothingWrong(byte[] image) throws Exception {
    List<ImageObject> state = file.state(image);
    Map<Page, byte[]> pages = DamagedFile.pagesOf(RawStream.parse(image));
    int nrStates = 0;
    int nrPages = 0;
    for (int i = 0; i < image.length; i++) {
      byte[] damaged = image.clone();
      damaged[i] ^= (byte) (1 << i % 8);
      try {
        assertEquals(state, file.state(damaged), "byte " + i);
        nrStates++;
      } catch (CorruptImageException e) {
        assertTrue(e.offset() <= image.length, e.getMessage());
      }
      try {
        Map<Page, byte[]> read = file.pages(damaged, pages.keySet());
        pages.forEach((page, content) -> assertArrayEquals(content, read.get(page)));
        nrPages++;
      } catch (CorruptImageException e) {
        assertTrue(e.offset() <= image.length, e.getMessage());
      }
    }
    assertTrue(nrStates > 0 && nrPages > 0, nrStates + " and " + nrPages);
    assertTrue(nrStates + nrPages < image.length + 400, nrStates + " and " + nrPages);
  }

  @Test
  void noticesACutAtEveryByteOfAStream() throws Exception {
    byte[] image = Samples.image();
    for (int len = 0; len < image.length; len++) {
      byte[] cut = Arrays.copyOf(image, len);
      CorruptImageException e =
          assertThrows(CorruptImageException.class, () -> Images.readAll(cut), "length " + len);
      assertEquals(len, e.offset());
    }
  }

  @Test
  void noticesACutAtEveryByteOfAFile() throws Exception {
    byte[] image = Samples.shortImage();
    for (int len = 0; len < image.length; len++) {
      byte[] cut = Arrays.copyOf(image, len);
      assertThrows(CorruptImageException.class, () -> file.verify(cut), "length " + len);
    }
  }

  @Test
  void noticesBytesBehindTheTail() throws Exception {
    byte[] image = Samples.image();
    for (int more : new int[] {1, 8, 64, 4096}) {
      byte[] longer = Arrays.copyOf(image, image.length + more);
      CorruptImageException e =
          assertThrows(CorruptImageException.class, () -> Images.readAll(longer));
      assertEquals(image.length, e.offset());
      assertThrows(CorruptImageException.class, () -> file.verify(longer));
    }
  }

  @Test
  void saysWhatIsNotAnImage() {
    CorruptImageException e =
        assertThrows(
            CorruptImageException.class, () -> Images.readAll("#!/bin/sh\nexit 0\n".getBytes()));
    assertEquals("preamble", e.objectType());
    assertTrue(e.getMessage().contains("expected the magic of an image"), e.getMessage());
  }

  @Test
  void namesTheVersionsThatItReads() throws Exception {
    byte[] image = Samples.image();
    for (int version : new int[] {0, 2, 7, Integer.MAX_VALUE, -1}) {
      System.arraycopy(RawStream.preamble(version), 0, image, 0, 16);
      ImageVersionException e =
          assertThrows(ImageVersionException.class, () -> Images.readAll(image));
      assertEquals("IMAGE_VERSION", e.code().name());
      assertEquals(version, e.actual());
      assertEquals(1, e.min());
      assertEquals(1, e.max());
    }
  }
}
