package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.DamagedFile.Page;
import dev.ckpt.format.RawStream.Raw;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageCodec;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.ParentPages;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * An image of every record type, cut at every object edge, with any two objects exchanged, with any
 * object repeated anywhere, with any object left out. Each of these twice: as somebody would do it
 * who moves bytes, with the tail as it was; and as somebody would who knows the format, with index
 * and tail made to fit. The first is never whole. The second is exactly what the grammar says: some
 * of them are streams in their own right, and are read as what they hold.
 */
class MisplacedObjectsTest {
  @TempDir Path folder;

  private DamagedFile file;

  /** All objects but the tail. */
  private List<Raw> objects;

  private Raw tail;

  @BeforeEach
  void takeAnImageApart() throws Exception {
    file = new DamagedFile(folder);
    objects = new ArrayList<>(RawStream.parse(image()));
    tail = objects.remove(objects.size() - 1);
  }

  @AfterEach
  void closeFile() throws IOException {
    file.close();
  }

  /** NB: the pages of two arrays shrink, those of one do not, and one has none. */
  private static byte[] image() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageWriter writer =
        new ImageWriter(
            Channels.newChannel(bytes), Optional.empty(), Optional.of(PageCodec.ZSTD))) {
      writer.write(ParentSamples.header());
      List<ImageObject> state = Samples.state();
      for (ImageObject object : state.subList(1, state.size())) {
        Samples.write(writer, object);
      }
      writer.write(ParentSamples.parentImage());
      writeParentPages(writer, Samples.MM, Samples.HEAP - 0x1000);
      writeParentPages(writer, Samples.GHOST, 0x2000);
      writeParentPages(writer, Samples.MM, Samples.HEAP);
      writer.writePages(Samples.pageArray(), Samples.pages());
      writePages(writer, Samples.GHOST, new PageRun(0, 2, PageKind.DATA));
      writePages(writer, Samples.MM, new PageRun(0x7f00_0000_0000L, 1, PageKind.DATA));
      writer.writePages(
          new PageArray(Samples.MM, List.of(new PageRun(0x7f01_0000_0000L, 2, PageKind.DATA))),
          CompressedSamples.noise(2));
      writePages(writer, Samples.EXE, new PageRun(0x3000, 4, PageKind.ZERO));
      writer.write(Samples.statistics());
      writer.finish();
    }
    return bytes.toByteArray();
  }

  private static void writeParentPages(ImageWriter writer, int owner, long addr)
      throws IOException {
    writer.write(new ParentPages(owner, 1, List.of(new ParentPages.ParentRun(addr, 1))));
  }

  private static void writePages(ImageWriter writer, int owner, PageRun run) throws IOException {
    int nr = run.kind() == PageKind.DATA ? (int) run.nrPages() : 0;
    ByteBuffer pages = ByteBuffer.allocateDirect(nr * Limits.PAGE_SIZE);
    for (int i = 0; i < pages.capacity(); i++) {
      pages.put(i, (byte) (owner + i / 7));
    }
    writer.writePages(new PageArray(owner, List.of(run)), pages);
  }

  @Test
  void readsWhatIsDamagedBelow() throws Exception {
    assertEquals(OptionalInt.empty(), FittedStream.fault(objects));
    assertArrayEquals(image(), RawStream.withTail(FittedStream.fit(objects)));
    assertReadsAsWhatItIs(objects);
  }

  @Test
  void noticesACutAtEveryObjectEdge() throws Exception {
    byte[] image = image();
    List<Raw> all = new ArrayList<>(objects);
    all.add(tail);
    long[] offsets = FittedStream.offsets(all);
    for (int i = 0; i < all.size(); i++) {
      byte[] cut = Arrays.copyOf(image, (int) offsets[i]);
      CorruptImageException e = refused(() -> Images.readAll(cut));
      assertEquals(offsets[i], e.offset());
      refused(() -> file.verify(cut));
      List<Raw> rest = all.subList(0, i);
      assertReadsAsWhatItIs(rest);
    }
  }

  @Test
  void noticesAnyTwoObjectsExchanged() throws Exception {
    for (int i = 0; i < objects.size(); i++) {
      for (int j = i + 1; j < objects.size(); j++) {
        List<Raw> exchanged = new ArrayList<>(objects);
        Collections.swap(exchanged, i, j);
        assertReadsAsWhatItIs(exchanged);
        exchanged.add(tail);
        assertRefused(exchanged);
      }
      List<Raw> tailFirst = new ArrayList<>(objects);
      tailFirst.add(tailFirst.set(i, tail));
      assertRefused(tailFirst);
    }
  }

  @Test
  void noticesAnyObjectRepeatedAnywhere() throws Exception {
    for (int i = 0; i <= objects.size(); i++) {
      Raw repeated = i == objects.size() ? tail : objects.get(i);
      for (int at = 0; at <= objects.size(); at++) {
        List<Raw> more = new ArrayList<>(objects);
        more.add(at, repeated);
        if (repeated != tail) {
          assertReadsAsWhatItIs(more);
        }
        more.add(tail);
        assertRefused(more);
      }
    }
  }

  @Test
  void noticesAnyObjectLeftOut() throws Exception {
    for (int i = 0; i < objects.size(); i++) {
      List<Raw> less = new ArrayList<>(objects);
      less.remove(i);
      assertReadsAsWhatItIs(less);
      less.add(tail);
      assertRefused(less);
    }
  }

  /** Bytes that were moved about: refused, however they are read, with the object that is wrong. */
  private void assertRefused(List<Raw> damaged) throws IOException {
    byte[] image = RawStream.of(damaged);
    CorruptImageException e = refused(() -> Images.readAll(image));
    assertNamesTheObjectThere(damaged, e);
    refused(() -> file.verify(image));
    assertPagesAreRightOrRefused(image, objects);
  }

  /**
   * A stream whose checksums, index and tail fit: refused at the first object that the grammar does
   * not allow, or read as exactly what stands in it.
   */
  private void assertReadsAsWhatItIs(List<Raw> changed) throws IOException {
    List<Raw> fitted = FittedStream.fit(changed);
    byte[] image = RawStream.withTail(fitted);
    OptionalInt fault = FittedStream.fault(fitted);
    if (fault.isEmpty()) {
      List<ImageRecord> records = fitted.stream().map(FittedStream::record).toList();
      List<ImageRecord> read = records(Images.readAll(image));
      assertEquals(records, read.subList(0, read.size() - 1));
      file.verify(image);
      int nr = (int) records.stream().filter(MisplacedObjectsTest::isState).count();
      assertEquals(records.subList(0, nr), records(file.state(image)));
      assertEqualPages(
          DamagedFile.pagesOf(fitted), file.pages(image, DamagedFile.pagesOf(fitted).keySet()));
    } else {
      int at = fault.getAsInt();
      CorruptImageException e = refused(() -> Images.readAll(image));
      assertEquals(FittedStream.offsets(fitted)[at], e.offset(), e.getMessage());
      assertEquals(typeAt(fitted, at), e.objectType(), e.getMessage());
      refused(() -> file.verify(image));
      assertPagesAreRightOrRefused(image, fitted);
    }
  }

  private static boolean isState(ImageRecord record) {
    return record.type().phase().compareTo(ObjectType.Phase.STATE) <= 0;
  }

  private static List<ImageRecord> records(List<ImageObject> objects) {
    return objects.stream().map(ImageObject::record).toList();
  }

  private static CorruptImageException refused(Executable read) {
    return ReaderMemory.assertRefusedWithLittle(CorruptImageException.class, read);
  }

  private static String typeAt(List<Raw> objects, int number) {
    return number == objects.size()
        ? "TAIL"
        : ObjectType.of(objects.get(number).type()).orElseThrow().name();
  }

  private static void assertNamesTheObjectThere(List<Raw> objects, CorruptImageException e) {
    long[] offsets = FittedStream.offsets(objects);
    int last = objects.size() - 1;
    int number = last + 1;
    while (e.offset() < offsets[number]) {
      number--;
    }
    boolean behindATail = number > 0 && FittedStream.is(objects.get(number - 1), ObjectType.TAIL);
    assertEquals(behindATail ? "end" : typeAt(objects, number), e.objectType(), e.getMessage());
  }

  /** A file of which only tail and index were looked at gives no page that it does not have. */
  private void assertPagesAreRightOrRefused(byte[] image, List<Raw> from) throws IOException {
    Map<Page, byte[]> wanted = DamagedFile.pagesOf(from);
    Map<Page, byte[]> read;
    try {
      read = file.pages(image, wanted.keySet());
    } catch (CorruptImageException e) {
      assertTrue(e.offset() >= 0 && e.offset() <= image.length, e.getMessage());
      return;
    }
    assertEqualPages(wanted, read);
  }

  private static void assertEqualPages(Map<Page, byte[]> wanted, Map<Page, byte[]> read) {
    wanted.forEach((page, content) -> assertArrayEquals(content, read.get(page), page.toString()));
  }
}
