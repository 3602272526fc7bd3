package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.RawStream.Raw;
import dev.ckpt.format.record.PageCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Lengths and counts that say more than there is, with checksums, index and tail that fit: refused
 * where they stand, at the price of the bytes that are really there.
 */
class HugeLengthsTest {
  private static final int[] HUGE = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0x00ff_ffff};

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

  private static List<Raw> objects() throws IOException {
    return objects(Samples.image());
  }

  private static List<Raw> objects(byte[] image) {
    List<Raw> objects = RawStream.parse(image);
    return new ArrayList<>(objects.subList(0, objects.size() - 1));
  }

  private static Raw patched(Raw raw, int at, int value) {
    byte[] payload = raw.payload().clone();
    ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
    return Raw.of(raw.type(), raw.flags(), raw.objref(), payload);
  }

  @Test
  void refusesEveryLengthAndCountOfEveryRecord() throws Exception {
    // A SEAL has no length; nor has the tail, which is fitted to each stream.
    Set<ObjectType> seen = EnumSet.of(ObjectType.TAIL, ObjectType.SEAL);
    int nrFields =
        refusesEveryLength(objects(), seen)
            + refusesEveryLength(objects(Samples.childImage()), seen)
            + refusesEveryLength(objects(Samples.preDumpImage()), seen)
            + refusesEveryLength(objects(Samples.compressedImage(PageCodec.LZ4)), seen)
            + refusesEveryLength(objects(Samples.compressedImage(PageCodec.ZSTD)), seen);
    assertEquals(EnumSet.allOf(ObjectType.class), seen);
    assertTrue(nrFields > 60, nrFields + " fields");
  }

  private int refusesEveryLength(List<Raw> objects, Set<ObjectType> seen) throws IOException {
    int nrFields = 0;
    for (int i = 0; i < objects.size(); i++) {
      Raw raw = objects.get(i);
      seen.add(ObjectType.of(raw.type()).orElseThrow());
      for (LengthFields.Field field : LengthFields.of(content(raw))) {
        nrFields++;
        refuses(objects, i, field.at(), field.max() + 1);
        for (int value : HUGE) {
          refuses(objects, i, field.at(), value);
        }
        if (field.max() > raw.payload().length) {
          refuses(objects, i, field.at(), field.max());
        }
      }
    }
    return nrFields;
  }

  /** What the codec decodes. */
  private static Raw content(Raw raw) {
    return FittedStream.isPages(raw) ? FittedStream.tableOf(raw) : raw;
  }

  private void refuses(List<Raw> objects, int number, int at, int value) throws IOException {
    List<Raw> hostile = new ArrayList<>(objects);
    hostile.set(number, patched(objects.get(number), at, value));
    byte[] image = RawStream.withTail(hostile);
    String where = ObjectType.of(objects.get(number).type()).orElseThrow() + " at " + at;
    long begin = FittedStream.offsets(hostile)[number];
    CorruptImageException e =
        ReaderMemory.assertRefusedWithLittle(
            CorruptImageException.class, () -> Images.readAll(image));
    assertEquals(ObjectType.of(objects.get(number).type()).orElseThrow().name(), e.objectType());
    assertTrue(e.offset() >= begin && e.offset() <= begin + 28 + at, where + ": " + e.getMessage());
    CorruptImageException ofFile =
        ReaderMemory.assertRefusedWithLittle(CorruptImageException.class, () -> file.verify(image));
    assertEquals(e.getMessage(), ofFile.getMessage());
  }

  /** Not only lengths: whatever is large anywhere near the front of an object. */
  @Test
  void allocatesNothingForLargeNumbersAnywhere() throws Exception {
    allocatesNothingForLargeNumbers(objects());
    allocatesNothingForLargeNumbers(objects(Samples.childImage()));
    for (PageCodec codec : PageCodec.values()) {
      allocatesNothingForLargeNumbers(objects(Samples.compressedImage(codec)));
    }
  }

  private static void allocatesNothingForLargeNumbers(List<Raw> objects) {
    for (int i = 0; i < objects.size(); i++) {
      Raw raw = objects.get(i);
      for (int at = 0; at + 4 <= Math.min(raw.payload().length, 200); at++) {
        for (int value : HUGE) {
          List<Raw> hostile = new ArrayList<>(objects.subList(0, i));
          hostile.add(patched(raw, at, value));
          byte[] image = RawStream.of(hostile);
          ReaderMemory.assertRefusedWithLittle(CkptException.class, () -> Images.readAll(image));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(ObjectType.class)
  void allocatesNothingForAPayloadThatIsNotThere(ObjectType type) throws Exception {
    for (long len : new long[] {type.maxPayloadBytes(), 1 << 16, 4096}) {
      byte[] image = cutIn(type, len);
      CorruptImageException e =
          ReaderMemory.assertRefusedWithLittle(
              CorruptImageException.class, () -> Images.readAll(image));
      assertEquals(type == ObjectType.HEADER ? "HEADER" : type.name(), e.objectType());
      assertEquals(image.length, e.offset());
    }
    for (long len :
        new long[] {type.maxPayloadBytes() + 1L, Integer.MAX_VALUE, 1L << 32, -1, -8, 1L << 63}) {
      byte[] image = cutIn(type, len);
      CorruptImageException e =
          ReaderMemory.assertRefusedWithLittle(
              CorruptImageException.class, () -> Images.readAll(image));
      assertEquals("object header", e.objectType());
      assertTrue(e.actual().contains(Long.toUnsignedString(len)), e.getMessage());
      assertTrue(e.offset() < image.length, e.getMessage());
    }
  }

  /** A stream that ends in an object of this type, whose payload is of 8 bytes and says more. */
  private static byte[] cutIn(ObjectType type, long len) throws IOException {
    List<Raw> objects = new ArrayList<>(objects().subList(0, 1));
    int flags = type.optional() ? 1 : 0;
    objects.add(new Raw(type.number(), flags, type.referable() ? 1 : 0, len, new byte[8]));
    return RawStream.of(objects);
  }

  /** What a file is opened by: index, tail, and the header of a page array. */
  @ParameterizedTest
  @EnumSource(names = {"PAGE_ARRAY", "PAGE_ARRAY_COMPRESSED", "INDEX", "TAIL"})
  void allocatesNothingForALongObjectOfAFile(ObjectType type) throws Exception {
    List<Raw> objects =
        type == ObjectType.PAGE_ARRAY_COMPRESSED
            ? objects(Samples.compressedImage(PageCodec.ZSTD))
            : objects();
    objects.add(RawStream.tail(objects));
    int number = 0;
    while (objects.get(number).type() != type.number()) {
      number++;
    }
    Raw raw = objects.get(number);
    for (long len : new long[] {type.maxPayloadBytes(), 1L << 31, 1L << 32, -1, 1L << 63}) {
      List<Raw> hostile = new ArrayList<>(objects);
      hostile.set(number, new Raw(raw.type(), raw.flags(), raw.objref(), len, raw.payload()));
      byte[] image = RawStream.of(hostile);
      var pages = DamagedFile.pagesOf(objects).keySet();
      ReaderMemory.assertRefusedWithLittle(
          CorruptImageException.class, () -> file.pages(image, pages));
      ReaderMemory.assertRefusedWithLittle(CorruptImageException.class, () -> file.verify(image));
    }
  }

  /** An index whose every entry is of another owner: nobody checks it before the pages are read. */
  @Test
  void takesMemoryForAnIndexByItsLengthOnly() throws Exception {
    int nr = Limits.MAX_INDEX_ENTRIES;
    ByteBuffer index = ByteBuffer.allocate(4 + 32 * nr).order(ByteOrder.LITTLE_ENDIAN).putInt(nr);
    for (int i = 0; i < nr; i++) {
      index.putLong(16 + 8L * i).putLong(i + 1).putLong(0).putLong(4096);
    }
    List<Raw> objects = new ArrayList<>(objects().subList(0, 1));
    // Room for the arrays that are not there.
    objects.add(Raw.of(999, 1, 0, new byte[8 * nr]));
    objects.add(Raw.of(ObjectType.INDEX.number(), 0, 0, index.array()));
    Raw tail = RawStream.tail(objects);
    objects.add(patched(tail, 8, nr));
    byte[] image = RawStream.of(objects);
    long allocated = ReaderMemory.allocatedBy(() -> assertEquals(nr, file.nrPageArrays(image)));
    // NB: of what the compiler leaves out, cold code allocates all: 20 times was seen.
    assertTrue(allocated < 40L * index.capacity(), allocated + " bytes allocated");
    assertThrows(CorruptImageException.class, () -> file.verify(image));
  }
}
