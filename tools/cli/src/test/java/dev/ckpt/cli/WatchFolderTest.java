package dev.ckpt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which images of a watch are kept. */
class WatchFolderTest {
  @TempDir Path temporary;
  private final List<String> merged = new ArrayList<>();

  private void merge(Path image) {
    merged.add(image.getFileName().toString());
  }

  private static void make(WatchFolder images) throws IOException {
    images.add(Files.createFile(images.next()));
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void keepsAtLeastSoManyAndFewerThanTwiceThat() throws Exception {
    Path folder = temporary.resolve("images");
    WatchFolder images = WatchFolder.open(folder, 3);
    for (int i = 1; i <= 40; i++) {
      make(images);
      int nrGone = images.fold(this::merge);
      assertTrue(nrGone == 0 || nrGone == 3, "gone " + nrGone);
      List<String> names = names(folder);
      assertTrue(names.size() < 6 && names.size() >= Math.min(i, 3), names.toString());
      assertEquals(String.format("%06d.ckpt", i), names.get(names.size() - 1));
      assertEquals(names.size(), images.nrImages());
      // What the others build on stands on its own.
      assertEquals(merged.isEmpty() ? "000001.ckpt" : merged.get(merged.size() - 1), names.get(0));
    }
  }

  @Test
  void keepsAllOfThemAsLongAsTheyCannotBeFolded() throws Exception {
    WatchFolder images = WatchFolder.open(temporary, 1);
    make(images);
    make(images);
    assertThrows(
        IOException.class,
        () ->
            images.fold(
                image -> {
                  throw new IOException("no room");
                }));
    make(images);
    assertEquals(3, names(temporary).size());
    assertEquals(2, images.fold(this::merge));
    assertEquals(List.of("000003.ckpt"), names(temporary));
  }

  @Test
  void goesOnBehindTheImagesOfAnEarlierWatch() throws Exception {
    for (String name : List.of("000007.ckpt", "000012.ckpt", "99.ckpt", "000013.ckpt.json")) {
      Files.createFile(temporary.resolve(name));
    }
    WatchFolder images = WatchFolder.open(temporary, 1);
    assertEquals("000013.ckpt", images.next().getFileName().toString());
    make(images);
    make(images);
    images.fold(this::merge);
    assertEquals(
        List.of("000007.ckpt", "000012.ckpt", "000013.ckpt.json", "000014.ckpt", "99.ckpt"),
        names(temporary));
  }

  @Test
  void takesAwayAFolderThatItMadeForNothing() throws Exception {
    Path folder = temporary.resolve("images");
    WatchFolder.open(folder, 1).closeUnused();
    assertFalse(Files.exists(folder));
    WatchFolder.open(temporary, 1).closeUnused();
    assertTrue(Files.exists(temporary));
    WatchFolder used = WatchFolder.open(folder, 1);
    make(used);
    used.closeUnused();
    assertTrue(Files.exists(folder));
  }
}
