package dev.ckpt.convert.kryo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.io.Output;
import dev.ckpt.convert.BadInputException;
import dev.ckpt.convert.Converted;
import dev.ckpt.convert.Golden;
import dev.ckpt.convert.RecordTypes;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.PageArray;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An image, its Kryo objects, and again the image; and what is refused. */
class KryoFormatTest {
  private static final KryoFormat KRYO = new KryoFormat();
  private static final int HEAD_BYTES = 12;

  @TempDir private Path folder;

  private static byte[] again(byte[] kryo) throws IOException {
    return Converted.image(KRYO, kryo, Optional.empty());
  }

  private static BadInputException refused(byte[] kryo) {
    BadInputException e = assertThrows(BadInputException.class, () -> again(kryo));
    assertTrue(e.offset() >= 0 && e.offset() <= kryo.length, e.getMessage());
    return e;
  }

  private static byte[] small() throws IOException {
    return Converted.inline(KRYO, Golden.image("v1-small.ckpt"));
  }

  /** A file whose only object is what is written here. */
  private static byte[] file(BiConsumer<Kryo, Output> content) {
    Output out = new Output(1 << 10, -1);
    out.writeBytes(KryoClasses.MAGIC);
    out.writeInt(KryoClasses.VERSION);
    content.accept(KryoClasses.kryo(), out);
    return out.toBytes();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "v1-small.ckpt",
        "v1-child.ckpt",
        "v1-pre-dump.ckpt",
        "v1-lz4.ckpt",
        "v1-zstd.ckpt"
      })
  void comesBackByteByByte(String name) throws IOException {
    byte[] image = Golden.image(name);
    assertArrayEquals(image, again(Converted.inline(KRYO, image)));
  }

  @Test
  void objectsOfUnknownTypesStayInTheirPlaces() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ImageReader reader =
            new ImageReader(
                Channels.newChannel(new ByteArrayInputStream(Golden.image("v1-small.ckpt"))));
        ImageWriter writer = new ImageWriter(Channels.newChannel(out))) {
      writer.write(reader.next().orElseThrow().record());
      writer.reserveObjrefs(7);
      writer.writeUnknown(999, 7, ByteBuffer.wrap(new byte[] {0, -1}));
      writer.finish();
    }
    assertArrayEquals(out.toByteArray(), again(Converted.inline(KRYO, out.toByteArray())));
  }

  @Test
  void programsGetTheRecords() throws IOException {
    List<Record> loaded = new ArrayList<>();
    List<Integer> pages = new ArrayList<>();
    try (KryoImageReader reader =
        new KryoImageReader(new ByteArrayInputStream(small()), "the file")) {
      for (Optional<LoadedObject> next = reader.next(); next.isPresent(); next = reader.next()) {
        loaded.add(next.get().content());
        if (next.get().content() instanceof PageArray) {
          pages.add(next.get().pages().length());
        }
      }
      assertEquals(Optional.empty(), reader.next());
    }
    List<ImageRecord> records = new ArrayList<>();
    try (ImageReader reader =
        new ImageReader(
            Channels.newChannel(new ByteArrayInputStream(Golden.image("v1-small.ckpt"))))) {
      for (var next = reader.next(); next.isPresent(); next = reader.next()) {
        if (RecordTypes.converted().contains(next.get().record().type())) {
          records.add(next.get().record());
        }
      }
    }
    assertEquals(records, loaded);
    assertTrue(loaded.get(0) instanceof Header);
    assertEquals(List.of(4096), pages);
  }

  /** The piece of Java in docs/convert.md stands in this file, and runs. */
  @Test
  void theExampleOfTheGuideIsHere() throws IOException {
    Path here =
        Path.of("src/test/java", KryoFormatTest.class.getName().replace('.', '/') + ".java");
    String guide = Files.readString(Path.of("../../docs/convert.md"));
    int from = guide.indexOf("```java\n") + "```java\n".length();
    String example = flat(guide.substring(from, guide.indexOf("```", from)));
    assertTrue(flat(Files.readString(here)).contains(example), example);
    Files.write(folder.resolve("build.kryo"), small());
    assertEquals(1, paths(folder).size());
    assertTrue(paths(folder).get(0).startsWith("/b"), paths(folder).toString());
  }

  private static String flat(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }

  /** Where the file is, and where the output goes, is the test's. */
  private static List<String> paths(Path folder) throws IOException {
    List<String> paths = new ArrayList<>();
    Path file = folder.resolve("build.kryo");
    try (InputStream stream = Files.newInputStream(file);
        KryoImageReader reader = new KryoImageReader(stream, "build.kryo")) {
      for (var next = reader.next(); next.isPresent(); next = reader.next()) {
        if (next.get().content() instanceof FileRef ref) {
          paths.add(ref.path().utf8());
        }
      }
    }
    return paths;
  }

  /** They are in files that are there: a number is never given to another class. */
  @Test
  void classesHaveTheNumbersOfTheirTypes() {
    Kryo kryo = KryoClasses.kryo();
    for (ObjectType type : RecordTypes.converted()) {
      assertEquals(type.number(), kryo.getRegistration(RecordTypes.of(type)).getId());
    }
    assertEquals(99, kryo.getRegistration(UnknownObject.class).getId());
    assertTrue(kryo.isRegistrationRequired());
  }

  @Test
  void refusesWhatIsCutAnywhere() throws IOException {
    byte[] kryo = small();
    for (int len = 0; len < kryo.length; len += 61) {
      BadInputException e = refused(Arrays.copyOf(kryo, len));
      assertEquals(FailureCode.CONVERT_INPUT, e.code());
    }
    refused(Arrays.copyOf(kryo, kryo.length - 1));
    BadInputException e = refused(Arrays.copyOf(kryo, kryo.length + 1));
    assertTrue(e.getMessage().contains(": end: expected nothing behind"), e.getMessage());
  }

  @Test
  void refusesAnotherFileAndALaterVersion() throws IOException {
    assertTrue(
        refused(Golden.image("v1-small.ckpt"))
            .getMessage()
            .contains("expected an image as Kryo objects"));
    byte[] later = small();
    later[HEAD_BYTES - 4] = 2;
    BadInputException e = refused(later);
    assertEquals(FailureCode.CONVERT_VERSION, e.code());
    assertTrue(e.getMessage().endsWith("version 2, and this build reads 1 to 1"), e.getMessage());
  }

  @Test
  void looksForNoClassByName() {
    // What Kryo writes of a class that is not registered: a 1, and the name.
    byte[] named =
        file(
            (kryo, out) -> {
              out.writeVarInt(1, true);
              out.writeVarInt(0, true);
              out.writeString("javax.swing.JFrame");
            });
    assertTrue(refused(named).getMessage().endsWith(": object 0: a class by its name"));
    byte[] string = file((kryo, out) -> kryo.writeClassAndObject(out, "a string"));
    assertTrue(refused(string).getMessage().contains("expected the class of a record"));
    byte[] number = file((kryo, out) -> out.writeVarInt(100_000, true));
    assertTrue(refused(number).getMessage().contains("unregistered class"));
  }

  /** A length that is a lie costs what has come, and no more. */
  @Test
  void believesNoLength() {
    byte[] huge =
        file(
            (kryo, out) -> {
              kryo.writeClass(out, UnknownObject.class);
              out.writeVarInt(0, true);
              out.writeInt(999);
              out.writeVarInt(60 << 20, true);
            });
    refused(huge);
    byte[] negative =
        file(
            (kryo, out) -> {
              kryo.writeClass(out, UnknownObject.class);
              out.writeVarInt(0, true);
              out.writeInt(999);
              out.writeVarInt(-1, true);
            });
    assertTrue(refused(negative).getMessage().contains("a length of 4294967295"));
    byte[] many =
        file(
            (kryo, out) -> {
              kryo.writeClass(out, RecordTypes.of(ObjectType.RLIMITS));
              out.writeVarInt(0, true);
              out.writeVarInt(Integer.MAX_VALUE, true);
            });
    assertTrue(refused(many).getMessage().contains("object 0, RLIMITS: "));
  }

  @Test
  void refusesWhatNoImageMayHave() throws IOException {
    byte[] order = small();
    byte[] twice = new byte[2 * order.length];
    System.arraycopy(order, 0, twice, 0, order.length - 1);
    System.arraycopy(order, HEAD_BYTES, twice, order.length - 1, order.length - HEAD_BYTES);
    assertTrue(refused(twice).getMessage().contains("HEADER first and only there"));
    assertTrue(
        refused(file((kryo, out) -> kryo.writeClass(out, null))).getMessage().contains("HEADER"));
  }
}
