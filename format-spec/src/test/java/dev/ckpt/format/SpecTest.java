package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.ShmemKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Keeps SPEC.md and the codec together. */
class SpecTest {
  private static final int HEX_COLUMN = 6;
  private static final int HEX_COLUMNS = 47;

  private static String spec() throws IOException {
    return Files.readString(Path.of("SPEC.md"));
  }

  static byte[] example() throws IOException {
    String spec = spec();
    int start = spec.indexOf("```hex\n") + "```hex\n".length();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String line : spec.substring(start, spec.indexOf("```", start)).split("\n")) {
      assertEquals(bytes.size(), Integer.parseInt(line.substring(0, 4), 16), line);
      String hex = line.substring(HEX_COLUMN, Math.min(line.length(), HEX_COLUMN + HEX_COLUMNS));
      bytes.write(HexFormat.of().parseHex(hex.replace(" ", "")));
    }
    return bytes.toByteArray();
  }

  @Test
  void showsAnExampleThatTheCodecWritesAndReads() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      writer.write(
          new Header(
              Header.EM_X86_64,
              Limits.PAGE_SIZE,
              ByteString.of("6.1"),
              UUID.fromString("00010203-0405-0607-0809-0a0b0c0d0e0f"),
              1_000_000_000L,
              2_000_000_000L,
              1_700_000_000_000_000_000L,
              UUID.fromString("00112233-4455-4677-8899-aabbccddeeff"),
              Header.NO_PARENT,
              ByteString.of("ckpt"),
              ByteString.of("h")));
      int owner =
          writer.writeShared(new Shmem(ShmemKind.MEMFD, ByteString.of("m"), 16_384, 0, 0, 0100600));
      writer.writePages(
          new PageArray(owner, List.of(new PageRun(0, 4, PageKind.ZERO))), ByteBuffer.allocate(0));
      writer.finish();
    }
    assertArrayEquals(bytes.toByteArray(), example());
    assertEquals(5, Images.readAll(example()).size());
  }

  @Test
  void showsKeysThatTheCodecMakes() throws Exception {
    byte[] salt = new byte[32];
    byte[] file = new byte[40];
    for (byte i = 0; i < file.length; i++) {
      salt[i % salt.length] = (byte) (i % salt.length);
      file[i] = i;
    }
    try (SealSecret typed = SealSecret.ofPassphrase("correct horse".getBytes());
        SealSecret content = SealSecret.ofKeyFile(file)) {
      assertShown(typed.derive(1000, salt));
      assertShown(content.derive(0, salt));
    }
  }

  /** Check, and key: of that a nonce and a header that seal nothing give a tag. */
  private static void assertShown(ImageKey key) throws IOException {
    String keys = spec().substring(spec().indexOf("```key\n"));
    String check = HexFormat.of().formatHex(key.seal().check().toByteArray());
    int at = keys.indexOf("\ncheck  " + check + "\n");
    assertTrue(at > 0, check);
    byte[] shown = HexFormat.of().parseHex(keys.substring(at - 64, at));
    ObjectHeader header = new ObjectHeader(100, 2, 0, ObjectCipher.TAG_BYTES, 0);
    assertEquals(
        new ObjectCipher(shown).seal(header, 120, ByteBuffer.allocate(0)),
        key.cipher().seal(header, 120, ByteBuffer.allocate(0)));
  }

  @Test
  void hasASectionForEveryTypeWithEveryField() throws Exception {
    String spec = spec();
    for (ImageRecord sample : Samples.all()) {
      Class<?> type = sample.getClass();
      String heading =
          "### %s: `%s` (%d)\n"
              .formatted(sample.type(), type.getSimpleName(), sample.type().number());
      int start = spec.indexOf(heading);
      assertTrue(start >= 0, heading);
      int end = spec.indexOf("\n### ", start + 1);
      String section = spec.substring(start, end < 0 ? spec.length() : end);
      int at = 0;
      for (RecordComponent field : type.getRecordComponents()) {
        at = section.indexOf("| " + field.getName() + " |", at);
        assertTrue(at >= 0, heading + " has no " + field.getName() + " in its place");
      }
    }
  }

  @Test
  void statesEveryLimit() throws Exception {
    String spec = spec();
    String limits = spec.substring(spec.indexOf("## Limits\n"), spec.indexOf("## Errors\n"));
    for (Field field : Limits.class.getFields()) {
      if (Modifier.isStatic(field.getModifiers())) {
        long value = ((Number) field.get(null)).longValue();
        boolean power = Long.bitCount(value) == 1;
        String asPower = "2^" + Long.numberOfTrailingZeros(value);
        assertTrue(
            limits.contains(Long.toString(value)) || (power && limits.contains(asPower)),
            field.getName() + " " + value);
      }
    }
  }
}
