package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.CkptException;
import dev.ckpt.format.diff.ExactDiff;
import dev.ckpt.format.diff.FieldDiff;
import dev.ckpt.format.record.FileRegular;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.ParentImage;
import dev.ckpt.format.record.Statistics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where two images differ as streams. */
class ExactDiffTest {
  private static final int PAGE = DiffImages.PAGE;

  @TempDir Path folder;

  private static ExactDiff diff(Path a, Path b) throws IOException {
    try (FileChannel fileA = FileChannel.open(a);
        FileChannel fileB = FileChannel.open(b);
        ImageReader readerA = new ImageReader(fileA);
        ImageReader readerB = new ImageReader(fileB)) {
      return ExactDiff.compare("A", readerA, "B", readerB);
    }
  }

  /** Pages 0 to 9 of the address space: zeros, then data. */
  private static TreeMap<Long, Integer> pages() {
    TreeMap<Long, Integer> pages = new TreeMap<>();
    for (int i = 0; i < 10; i++) {
      pages.put(DiffImages.ANON + (long) i * PAGE, i < 3 ? DiffImages.ZERO : i);
    }
    return pages;
  }

  private Path image(String name, TreeMap<Long, Integer> pages, int nrMax) throws IOException {
    return DiffImages.write(
        folder.resolve(name), DiffImages.state(0), Map.of(DiffImages.MM, pages), nrMax);
  }

  private Path image(String name, List<ImageObject> state) throws IOException {
    return DiffImages.write(folder.resolve(name), state, Map.of(DiffImages.MM, pages()), 256);
  }

  /** Each has another UUID; one may have statistics, and its pages cut otherwise. */
  @Test
  void whatIsOfTheDumpIsNoDifference() throws Exception {
    Path first = image("first", pages(), 256);
    for (int nrMax = 1; nrMax < 12; nrMax++) {
      assertTrue(diff(first, image("other", pages(), nrMax)).same(), nrMax + " pages an array");
    }
    Path plain = Files.write(folder.resolve("plain"), Samples.image());
    byte[] other = withOtherDump();
    assertFalse(Arrays.equals(Files.readAllBytes(plain), other));
    assertTrue(diff(plain, Files.write(folder.resolve("other"), other)).same());
  }

  private static byte[] withOtherDump() throws IOException {
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      for (ImageObject object : Samples.state()) {
        writer.reserveObjrefs(object.objref());
        writer.write(
            object.objref(),
            object.record() instanceof Header
                ? Samples.header(new UUID(3, 3), Header.NO_PARENT)
                : object.record());
      }
      writer.writePages(Samples.pageArray(), Samples.pages());
      writer.write(new Statistics(List.of(new Statistics.Entry(ByteString.of("other"), 5))));
      writer.finish();
    }
    return bytes.toByteArray();
  }

  @Test
  void tellsAPageOfZerosFromNone() throws Exception {
    TreeMap<Long, Integer> others = pages();
    others.remove(DiffImages.ANON + 2L * PAGE);
    ExactDiff diff = diff(image("a", pages(), 256), image("b", others, 256));
    assertTrue(diff.outOfStep());
    assertEquals(1, diff.nrFound());
    assertEquals("ZERO page 102000 of objref 3", diff.found().get(0).a());
    assertEquals("DATA page 103000 of objref 3", diff.found().get(0).b());
  }

  @Test
  void tellsPagesOfZerosFromZeros() throws Exception {
    TreeMap<Long, Integer> others = pages();
    others.put(DiffImages.ANON, DiffImages.ZERO_DATA);
    ExactDiff diff = diff(image("a", pages(), 256), image("b", others, 256));
    assertEquals("ZERO page 100000 of objref 3", diff.found().get(0).a());
    assertEquals("DATA page 100000 of objref 3", diff.found().get(0).b());
  }

  @Test
  void tellsWhosePagesTheyAre() throws Exception {
    List<ImageObject> state = DiffImages.state(0);
    Path a = image("a", state);
    Path b = DiffImages.write(folder.resolve("b"), state, Map.of(DiffImages.SHMEM, pages()), 256);
    assertEquals("ZERO page 100000 of objref 4", diff(a, b).found().get(0).b());
  }

  @Test
  void tellsWhichBytesDiffer() throws Exception {
    TreeMap<Long, Integer> others = pages();
    others.put(DiffImages.ANON + 4L * PAGE, 1004);
    others.put(DiffImages.ANON + 9L * PAGE, 1009);
    Path a = image("a", pages(), 4);
    ExactDiff diff = diff(a, image("b", others, 256));
    assertFalse(diff.outOfStep());
    assertEquals(
        List.of("DATA page 104000 of objref 3", "DATA page 109000 of objref 3"),
        diff.found().stream().map(ExactDiff.Found::a).toList());
    assertEquals("byte 2", diff.found().get(0).fields().get(0).name());
    try (ImageFile file = ImageFile.open(a)) {
      assertEquals(file.pageArray(1).offset(), diff.found().get(0).offsetA());
      assertEquals(file.pageArray(2).offset(), diff.found().get(1).offsetA());
    }
  }

  @Test
  void tellsOfPagesThatAreMissing() throws Exception {
    TreeMap<Long, Integer> fewer = pages();
    fewer.remove(fewer.lastKey());
    ExactDiff diff = diff(image("a", fewer, 256), image("b", pages(), 256));
    assertEquals("no more pages", diff.found().get(0).a());
    assertEquals("DATA page 109000 of objref 3", diff.found().get(0).b());
  }

  @Test
  void keepsTheFirstDifferencesAndCountsTheOthers() throws Exception {
    TreeMap<Long, Integer> pages = new TreeMap<>();
    TreeMap<Long, Integer> others = new TreeMap<>();
    for (int i = 1; i <= 50; i++) {
      pages.put((long) i * PAGE, i);
      others.put((long) i * PAGE, 100 + i);
    }
    ExactDiff diff = diff(image("a", pages, 256), image("b", others, 7));
    assertEquals(50, diff.nrFound());
    assertEquals(ExactDiff.MAX_FOUND, diff.found().size());
  }

  @Test
  void numbersAndOrderAreDifferences() throws Exception {
    List<ImageObject> state = DiffImages.state(0);
    Path a = image("a", state);
    List<ImageObject> swapped = new ArrayList<>(state);
    Collections.swap(swapped, 7, 8);
    ExactDiff order = diff(a, image("b", swapped));
    assertFalse(order.outOfStep());
    assertEquals(List.of("VMA", "VMA"), order.found().stream().map(ExactDiff.Found::a).toList());
    Path renumbered =
        DiffImages.write(
            folder.resolve("c"), DiffImages.state(1), Map.of(1 + DiffImages.MM, pages()), 256);
    ExactDiff numbers = diff(a, renumbered);
    assertTrue(numbers.outOfStep());
    assertEquals("FILE_REF with objref 1", numbers.found().get(0).a());
    assertEquals("FILE_REF with objref 2", numbers.found().get(0).b());
  }

  @Test
  void tellsWhichFieldOfWhichObject() throws Exception {
    List<ImageObject> state = DiffImages.state(0);
    List<ImageObject> other = new ArrayList<>(state);
    other.set(10, DiffImages.object(DiffImages.OPEN, new FileRegular(DiffImages.SO, 0x8000, 78)));
    Path a = image("a", state);
    ExactDiff.Found found = diff(a, image("b", other)).found().get(0);
    assertEquals(
        List.of(new FieldDiff("file", "objref 1", "objref 2"), new FieldDiff("pos", "77", "78")),
        found.fields());
    try (ImageFile file = ImageFile.open(a)) {
      assertEquals(file.state().objects().get(10).offset(), found.offsetA());
    }
  }

  @Test
  void tellsOfAnObjectThatIsMissing() throws Exception {
    List<ImageObject> state = DiffImages.state(0);
    ExactDiff diff = diff(image("a", state), image("b", state.subList(0, state.size() - 1)));
    assertEquals("FD", diff.found().get(0).a());
    assertEquals("no more state", diff.found().get(0).b());
  }

  /** NB: of a parent only the path may be another one. */
  @Test
  void comparesWhatIsSaidOfParents() throws Exception {
    Path child = Files.write(folder.resolve("child"), Samples.childImage());
    List<ImageObject> moved = new ArrayList<>(ParentSamples.state());
    moved.replaceAll(
        object ->
            object.record() instanceof ParentImage
                ? DiffImages.object(0, new ParentImage(ByteString.of("/elsewhere")))
                : object);
    assertTrue(diff(child, childImage("moved", moved)).same());
    List<ImageObject> fewer = new ArrayList<>(moved);
    fewer.remove(fewer.size() - 1);
    assertFalse(diff(child, childImage("fewer", fewer)).same());
  }

  private Path childImage(String name, List<ImageObject> state) throws IOException {
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      for (ImageObject object : state) {
        Samples.write(writer, object);
      }
      writer.writePages(ParentSamples.pageArray(), ParentSamples.pages());
      writer.finish();
    }
    return Files.write(folder.resolve(name), bytes.toByteArray());
  }

  /** Also behind the place from which on nothing can be compared any more. */
  @Test
  void readsBothToTheirEnds() throws Exception {
    Path a = image("a", pages(), 256);
    List<ImageObject> state = DiffImages.state(0);
    byte[] other = Files.readAllBytes(image("b", state.subList(0, state.size() - 1)));
    byte[] damaged = other.clone();
    damaged[other.length - 10_000] ^= 1;
    for (byte[] bytes : List.of(Arrays.copyOf(other, other.length - 8), damaged)) {
      Path cut = Files.write(folder.resolve("cut"), bytes);
      assertTrue(
          assertThrows(CkptException.class, () -> diff(a, cut)).getMessage().startsWith("B: "));
      assertTrue(
          assertThrows(CkptException.class, () -> diff(cut, a)).getMessage().startsWith("A: "));
    }
    byte[] more = ByteBuffer.allocate(other.length + 1).put(other).array();
    Path longer = Files.write(folder.resolve("longer"), more);
    assertTrue(
        assertThrows(CkptException.class, () -> diff(a, longer)).getMessage().startsWith("B: "));
  }
}
