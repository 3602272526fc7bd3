package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.CkptException;
import dev.ckpt.format.RawStream.Raw;
import dev.ckpt.format.SecondReader.Found;
import dev.ckpt.format.SpecDecoder.Refused;
import dev.ckpt.format.record.PageCodec;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The second reader, which knows SPEC.md and nothing else, and the codec agree. */
class SecondReaderTest {
  private static final int ROUNDS = Integer.getInteger("ckpt.rounds", 1500);

  /** What the text says below a table, or of several objects, and so no column "valid" has. */
  private static final Pattern IN_WORDS =
      Pattern.compile(
          "the size of its huge pages|only a VSYSCALL lies above|must fit its backing|expected in"
              + " backing|only a regular file is embedded|must be a folder's|names must not"
              + " repeat|buffer must hold something|buffers hold too much|path must be"
              + " absolute|watch itself|of the group's family|unsent must be|messages hold too"
              + " much|bytes compressed by");

  private static final long[] VALUES = {
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    8,
    9,
    10,
    15,
    16,
    20,
    22,
    23,
    31,
    32,
    64,
    65,
    100,
    127,
    128,
    253,
    254,
    255,
    256,
    257,
    511,
    512,
    2047,
    2048,
    4095,
    4096,
    4097,
    65535,
    65536,
    65537,
    Integer.MAX_VALUE,
    0x8000_0000L,
    0xffff_ffffL,
    1L << 47,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -1,
    -20,
    -21,
    -1000,
    -1001
  };

  private static SpecText spec() throws IOException {
    return new SpecText(Files.readString(Path.of("SPEC.md")));
  }

  private static void agree(byte[] image) throws Exception {
    agree(Images.readAll(image), SecondReader.read(spec(), image));
  }

  private static void agree(List<ImageObject> objects, List<Found> found) throws Exception {
    assertEquals(objects.size(), found.size());
    for (int i = 0; i < found.size(); i++) {
      ImageObject object = objects.get(i);
      String where = object.record().type() + " at " + object.offset();
      // The codec hands out what a compressed page array stands for.
      String type = found.get(i).type().replace("_COMPRESSED", "");
      assertEquals(object.record().type().name(), type, where);
      assertEquals(object.offset(), found.get(i).offset(), where);
      assertEquals(object.objref(), found.get(i).objref(), where);
      agree(where, object.record(), found.get(i).fields());
    }
  }

  private static void agree(String where, Object value, Object found) throws Exception {
    assertNotNull(found, where);
    if (value instanceof Record) {
      Map<?, ?> fields = (Map<?, ?>) found;
      for (RecordComponent field : value.getClass().getRecordComponents()) {
        String name = field.getName();
        agree(where + " " + name, field.getAccessor().invoke(value), fields.get(name));
      }
    } else if (value instanceof List) {
      List<?> list = (List<?>) value;
      assertEquals(list.size(), ((List<?>) found).size(), where);
      for (int i = 0; i < list.size(); i++) {
        agree(where + " " + i, list.get(i), ((List<?>) found).get(i));
      }
    } else if (value instanceof ByteString) {
      assertArrayEquals(((ByteString) value).toByteArray(), (byte[]) found, where);
    } else if (value instanceof Enum) {
      long number = (int) value.getClass().getMethod("number").invoke(value);
      assertEquals(number, found, where);
    } else if (value instanceof Boolean) {
      assertEquals((Boolean) value ? 1L : 0L, found, where);
    } else if (value instanceof Integer) {
      assertEquals(value, ((Long) found).intValue(), where);
    } else {
      assertEquals(value, found, where);
    }
  }

  @Test
  void readsEveryRecordAsTheCodecDoes() throws Exception {
    agree(Samples.image());
    agree(Samples.shortImage());
    agree(Samples.preDumpImage());
    agree(Samples.childImage());
    agree(GoldenImageTest.golden("v1-small.ckpt"));
    agree(GoldenImageTest.golden("v1-child.ckpt"));
    agree(SpecTest.example());
    agree(Samples.compressedImage(PageCodec.LZ4));
    agree(Samples.compressedImage(PageCodec.ZSTD));
    agree(GoldenImageTest.golden("v1-lz4.ckpt"));
    agree(GoldenImageTest.golden("v1-zstd.ckpt"));
  }

  @Test
  void readsSealedImagesAsTheCodecDoes() throws Exception {
    try (SealSecret file = SealSecret.ofKeyFile(SealedImages.keyFile());
        SealSecret typed = SealSecret.ofPassphrase(SealedImages.passphrase())) {
      byte[] salt = SealedImages.salt(1);
      agreeOnSealed(SealedImages.image(file.derive(0, salt)), file, SealedImages.keyFile());
      agreeOnSealed(GoldenImageTest.golden("v1-sealed.ckpt"), file, SealedImages.keyFile());
      ImageKey key = typed.derive(SealedImages.ITERATIONS, salt);
      byte[] image = SealedImages.image(key);
      agreeOnSealed(image, typed, SealedImages.passphrase());
      assertThrows(
          Refused.class,
          () -> SecondReader.read(spec(), image, Optional.of(SealedImages.keyFile())));
      assertThrows(Refused.class, () -> SecondReader.read(spec(), image));
    }
  }

  private static void agreeOnSealed(byte[] image, KeySource keys, byte[] secret) throws Exception {
    List<Found> found = SecondReader.read(spec(), image, Optional.of(secret));
    assertEquals("SEAL", found.get(0).type());
    // The codec does not hand it out.
    agree(SealedImages.readAll(image, keys), found.subList(1, found.size()));
    Found pages = found.stream().filter(f -> f.type().equals("PAGE_ARRAY")).findFirst().get();
    assertEquals(Samples.pages(), ByteBuffer.wrap(pages.pages()));
  }

  /** Flipped bytes under good checksums. */
  @Test
  void refusesSealedObjectsThatSomebodyChanged() throws Exception {
    try (SealSecret file = SealSecret.ofKeyFile(SealedImages.keyFile())) {
      byte[] sealed = SealedImages.shortImage(file.derive(0, SealedImages.salt(1)));
      List<Raw> objects = RawStream.parse(sealed);
      for (int at = 1; at < objects.size(); at++) {
        Raw raw = objects.get(at);
        byte[] payload = raw.payload().clone();
        payload[payload.length / 2] ^= 1;
        List<Raw> changed = new ArrayList<>(objects);
        changed.set(at, Raw.of(raw.type(), raw.flags(), raw.objref(), payload));
        byte[] image = RawStream.of(changed);
        assertThrows(
            Refused.class,
            () -> SecondReader.read(spec(), image, Optional.of(SealedImages.keyFile())));
      }
    }
  }

  @Test
  void readsThePages() throws Exception {
    List<Found> arrays =
        SecondReader.read(spec(), Samples.image()).stream()
            .filter(found -> found.type().equals("PAGE_ARRAY"))
            .toList();
    assertEquals(1, arrays.size());
    assertEquals(Samples.pages(), ByteBuffer.wrap(arrays.get(0).pages()));
  }

  @Test
  void readsCompressedPages() throws Exception {
    for (PageCodec codec : PageCodec.values()) {
      List<ByteBuffer> pages =
          SecondReader.read(spec(), Samples.compressedImage(codec)).stream()
              .filter(found -> found.type().startsWith("PAGE_ARRAY"))
              .map(found -> ByteBuffer.wrap(found.pages()))
              .toList();
      assertEquals(List.copyOf(CompressedSamples.arrays().values()), pages);
    }
  }

  @Test
  void skipsUnknownObjectsThatAreOptional() throws Exception {
    List<Raw> objects = new ArrayList<>(RawStream.parse(Samples.image()));
    objects.removeIf(raw -> raw.type() >= 190 && (raw.type() < 200 || raw.type() == 450));
    objects.add(1, Raw.of(999, 1, 0, new byte[13]));
    objects.add(Raw.of(190, 0, 0, new byte[4]));
    assertEquals("", SecondReader.read(spec(), RawStream.withTail(objects)).get(1).type());
    objects.set(1, Raw.of(999, 0, 0, new byte[13]));
    assertThrows(Refused.class, () -> SecondReader.read(spec(), RawStream.withTail(objects)));
  }

  @Test
  void refusesEveryFlippedByte() throws Exception {
    byte[] image = Samples.shortImage();
    for (int i = 0; i < image.length; i++) {
      byte[] damaged = image.clone();
      damaged[i] ^= (byte) (1 << i % 8);
      assertThrows(Refused.class, () -> SecondReader.read(spec(), damaged), "byte " + i);
    }
  }

  @Test
  void refusesACutAtEveryByteAndBytesBehindTheTail() throws Exception {
    byte[] image = Samples.shortImage();
    for (int len = 0; len <= image.length + 8; len++) {
      byte[] cut = Arrays.copyOf(image, len);
      if (len != image.length) {
        assertThrows(Refused.class, () -> SecondReader.read(spec(), cut), "at " + len);
      }
    }
  }

  /** What the column "valid" says, the codec checks, and the other way round. */
  @Test
  void refusesWhatTheCodecRefuses() throws Exception {
    long seed = Long.getLong("ckpt.seed", System.nanoTime());
    System.out.println("SecondReaderTest seed " + seed);
    Random random = new Random(seed);
    SpecText spec = spec();
    List<Raw> image = withoutTail(Samples.image());
    List<Raw> child = withoutTail(Samples.childImage());
    List<Raw> lz4 = withoutTail(Samples.compressedImage(PageCodec.LZ4));
    List<Raw> zstd = withoutTail(Samples.compressedImage(PageCodec.ZSTD));
    List<List<Raw>> images = List.of(image, image, image, image, image, child, lz4, zstd);
    int nrRefused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      List<Raw> objects = images.get(random.nextInt(images.size()));
      int at = random.nextInt(objects.size());
      List<Raw> changed = new ArrayList<>(objects);
      changed.set(at, change(objects.get(at), random));
      nrRefused += agreeOn(spec, changed, "seed " + seed).isEmpty() ? 0 : 1;
    }
    assertTrue(nrRefused > ROUNDS / 10 && nrRefused < ROUNDS, nrRefused + " refused");
  }

  @Test
  void followsTheReferencesThatTheCodecFollows() throws Exception {
    SpecText spec = spec();
    List<Raw> objects = withoutTail(Samples.image());
    int last = objects.stream().mapToInt(Raw::objref).max().orElseThrow();
    int nrFields = 0;
    for (Raw raw : objects) {
      String name = ObjectType.of(raw.type()).orElseThrow().name();
      for (String[] row : spec.table(name, name)) {
        if (row[3].equals("u32 objref") && row[1].matches("\\d+")) {
          nrFields++;
          for (int objref = 0; objref <= last + 1; objref++) {
            byte[] payload = raw.payload().clone();
            ByteBuffer bytes = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
            bytes.putInt(Integer.parseInt(row[1]), objref);
            List<Raw> changed = new ArrayList<>(objects);
            changed.set(
                objects.indexOf(raw), Raw.of(raw.type(), raw.flags(), raw.objref(), payload));
            agreeOn(spec, changed, name + " " + row[4] + " " + objref);
          }
        }
      }
    }
    assertTrue(nrFields > 15, nrFields + " fields");
  }

  private static List<Raw> withoutTail(byte[] image) {
    List<Raw> objects = RawStream.parse(image);
    return objects.subList(0, objects.size() - 1);
  }

  /** Whether neither reader, or both, refuse it; and what the codec says. */
  private static String agreeOn(SpecText spec, List<Raw> objects, String what) throws IOException {
    byte[] image = RawStream.withTail(objects);
    String byCodec = refusal(() -> Images.readAll(image));
    String bySecond = refusal(() -> SecondReader.read(spec, image));
    assertTrue(
        byCodec.isEmpty() == bySecond.isEmpty() || IN_WORDS.matcher(byCodec).find(),
        () -> what + ": codec: " + byCodec + "; second reader: " + bySecond);
    return byCodec;
  }

  private static Raw change(Raw raw, Random random) {
    byte[] payload = raw.payload().clone();
    ByteBuffer bytes = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    int width = 1 << random.nextInt(4);
    int offset = random.nextInt(Math.max(1, Math.min(payload.length, 256) - width + 1));
    long value = random.nextInt(4) == 0 ? random.nextLong() : VALUES[random.nextInt(VALUES.length)];
    for (int i = offset; i < Math.min(offset + width, payload.length); i++) {
      bytes.put(i, (byte) (value >> 8 * (i - offset)));
    }
    return Raw.of(raw.type(), raw.flags(), raw.objref(), payload);
  }

  private interface Read {
    Object run() throws IOException;
  }

  private static String refusal(Read read) throws IOException {
    try {
      read.run();
      return "";
    } catch (CkptException | Refused e) {
      return e.getMessage();
    }
  }
}
