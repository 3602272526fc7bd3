package dev.ckpt.convert.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.convert.Converted;
import dev.ckpt.convert.Golden;
import dev.ckpt.convert.RecordTypes;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.KeySource;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.SealSecret;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An image, its JSON, and again the image. */
class JsonRoundTripTest {
  private static final JsonFormat JSON = new JsonFormat();

  @TempDir private Path folder;

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
    byte[] beside = Converted.beside(JSON, image, KeySource.NONE, folder);
    assertArrayEquals(image, Converted.image(JSON, beside, Optional.of(folder)));
    byte[] inline = Converted.inline(JSON, image);
    assertArrayEquals(image, Converted.image(JSON, inline, Optional.empty()));
  }

  @Test
  void theseImagesHaveEveryType() throws IOException {
    Set<ObjectType> types = EnumSet.noneOf(ObjectType.class);
    for (String name : List.of("v1-small.ckpt", "v1-child.ckpt", "v1-pre-dump.ckpt")) {
      String json = new String(Converted.inline(JSON, Golden.image(name)), UTF_8);
      for (ObjectType type : RecordTypes.converted()) {
        if (json.contains("\n{\"type\": \"" + type.name() + "\", ")) {
          types.add(type);
        }
      }
    }
    assertEquals(RecordTypes.converted(), types);
  }

  /** Its seal is made anew each time: what is in it is the same. */
  @Test
  void aSealedImageComesBackUnsealed() throws IOException {
    try (SealSecret secret = SealSecret.ofKeyFile(Golden.keyFile())) {
      byte[] json = Converted.beside(JSON, Golden.image("v1-sealed.ckpt"), secret, folder);
      assertArrayEquals(
          Golden.image("v1-small.ckpt"), Converted.image(JSON, json, Optional.of(folder)));
    }
  }

  @Test
  void objectsOfUnknownTypesStayInTheirPlaces() throws IOException {
    byte[] image = withUnknown();
    byte[] json = Converted.beside(JSON, image, KeySource.NONE, folder);
    String text = new String(json, UTF_8);
    assertTrue(
        text.contains("\n{\"type\": 999, \"objref\": 7, \"payload\": {\"hex\": \"00ff\"}},\n"),
        text);
    assertTrue(text.contains("\n{\"type\": 150, \"payload\": \"\"},\n"), text);
    assertArrayEquals(image, Converted.image(JSON, json, Optional.of(folder)));
  }

  private static byte[] withUnknown() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ImageReader reader =
            new ImageReader(
                Channels.newChannel(new ByteArrayInputStream(Golden.image("v1-child.ckpt"))));
        ImageWriter writer = new ImageWriter(Channels.newChannel(out))) {
      writer.write(reader.next().orElseThrow().record());
      writer.reserveObjrefs(7);
      writer.writeUnknown(999, 7, ByteBuffer.wrap(new byte[] {0, -1}));
      writer.writeUnknown(150, 0, ByteBuffer.allocate(0));
      writer.writeUnknown(65535, 0, ByteBuffer.allocate(100_000));
      writer.finish();
    }
    return out.toByteArray();
  }

  @Test
  void pagesStandBesideOneAnother() throws IOException {
    byte[] json = Converted.beside(JSON, Golden.image("v1-zstd.ckpt"), KeySource.NONE, folder);
    String text = new String(json, UTF_8);
    assertTrue(text.contains("\"pages\": \"" + Converted.SIDE + "\""), text);
    assertTrue(text.contains("\"codec\": \"ZSTD\", \"pages\": {\"offset\": 0}"), text);
    assertTrue(text.contains("\"pages\": {\"offset\": 16384}"), text);
    assertEquals(6 * 4096, Files.size(folder.resolve(Converted.SIDE)));
  }

  /** In the text, or in the file beside it: the page is changed, and nothing else. */
  @Test
  void whatIsChangedInThePagesIsInTheImage() throws IOException {
    byte[] image = Golden.image("v1-small.ckpt");
    String inline = new String(Converted.inline(JSON, image), UTF_8);
    String changed = inline.replaceFirst("Z\\[XY", "ZEBR");
    byte[] other = Converted.image(JSON, changed.getBytes(UTF_8), Optional.empty());
    byte[] beside = Converted.beside(JSON, image, KeySource.NONE, folder);
    byte[] pages = Files.readAllBytes(folder.resolve(Converted.SIDE));
    System.arraycopy("ZEBR".getBytes(UTF_8), 0, pages, 0, 4);
    Files.write(folder.resolve(Converted.SIDE), pages);
    assertArrayEquals(other, Converted.image(JSON, beside, Optional.of(folder)));
    ByteBuffer found = firstPages(other);
    byte[] head = new byte[4];
    found.get(head);
    assertEquals("ZEBR", new String(head, UTF_8));
    assertEquals(firstPages(image).slice(4, 4092), found.slice());
  }

  private static ByteBuffer firstPages(byte[] image) throws IOException {
    try (ImageReader reader =
        new ImageReader(Channels.newChannel(new ByteArrayInputStream(image)))) {
      while (reader.peek().orElseThrow() != ObjectType.PAGE_ARRAY) {
        assertTrue(reader.next().isPresent());
      }
      assertTrue(reader.next().isPresent());
      return ByteBuffer.allocate(reader.pages().remaining()).put(reader.pages()).flip();
    }
  }
}
