package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.ImageVersionException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageDamageTest {
  @TempDir Path folder;

  private void verifyFile(byte[] image) throws IOException {
    Path path = folder.resolve("damaged.ckpt");
    Files.write(path, image);
    try (FileChannel channel = FileChannel.open(path);
        ImageFile file = new ImageFile(channel)) {
      file.verify();
    }
  }

  @Test
  void readsTheImagesThatAreDamagedBelow() throws Exception {
    assertEquals(Samples.NR_OBJECTS, Images.readAll(Samples.image()).size());
    verifyFile(Samples.image());
    verifyFile(Samples.shortImage());
  }

  @Test
  void noticesEveryFlippedByteOfAStream() throws Exception {
    byte[] image = Samples.image();
    for (int i = 0; i < image.length; i++) {
      byte[] damaged = image.clone();
      damaged[i] ^= (byte) (1 << i % 8);
      assertThrows(CorruptImageException.class, () -> Images.readAll(damaged), "byte " + i);
    }
  }

  @Test
  void noticesEveryFlippedByteOfAFile() throws Exception {
    byte[] image = Samples.shortImage();
    for (int i = 0; i < image.length; i++) {
      byte[] damaged = image.clone();
      damaged[i] ^= (byte) 0x10;
      assertThrows(CorruptImageException.class, () -> verifyFile(damaged), "byte " + i);
    }
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
      assertThrows(CorruptImageException.class, () -> verifyFile(cut), "length " + len);
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
      assertThrows(CorruptImageException.class, () -> verifyFile(longer));
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
    for (int version : new int[] {1, 7, Integer.MAX_VALUE, -1}) {
      System.arraycopy(RawStream.preamble(version), 0, image, 0, 16);
      ImageVersionException e =
          assertThrows(ImageVersionException.class, () -> Images.readAll(image));
      assertEquals("IMAGE_VERSION", e.code().name());
      assertEquals(version, e.actual());
      assertEquals(0, e.min());
      assertEquals(0, e.max());
    }
  }
}
