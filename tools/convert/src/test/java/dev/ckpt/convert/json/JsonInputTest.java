package dev.ckpt.convert.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.convert.BadInputException;
import dev.ckpt.convert.Converted;
import dev.ckpt.convert.Golden;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.KeySource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON that is damaged, cut, of a later version, or meant to do harm. */
class JsonInputTest {
  private static final JsonFormat JSON = new JsonFormat();
  private static final String SEPARATOR = " -> ";

  @TempDir private Path folder;
  private String json;

  @BeforeEach
  void convert() throws IOException {
    json =
        new String(
            Converted.beside(JSON, Golden.image("v1-small.ckpt"), KeySource.NONE, folder), UTF_8);
  }

  private byte[] image(String text) throws IOException {
    return Converted.image(JSON, text.getBytes(UTF_8), Optional.of(folder));
  }

  private <T extends IOException> T refused(Class<T> type, String text) {
    return assertThrows(type, () -> image(text));
  }

  private String changed(String from, String to) {
    String other = json.replaceFirst(from, to);
    assertNotEquals(json, other, from);
    return other;
  }

  /** What is expected stands behind the change. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"pid\": \\d+ -> \"pid\": \"x\" -> TASK /objects/1/pid: expected a whole number of 32",
        "\"pid\": \\d+ -> \"pid\": 1.5 -> expected a whole number of 32 bits, found '1.5'",
        "\"pid\": \\d+ -> \"pid\": 4294967296 -> expected a whole number of 32 bits",
        "\"pid\": \\d+ -> \"pid\": \"18446744073709551615\" -> a whole number of 32 bits",
        "\"pid\": \\d+ -> \"pid\": \"0x\" -> a whole number of 32 bits, found '0x'",
        "\"pid\": \\d+ -> \"pid\": [] -> expected a whole number of 32 bits, found a list",
        "\"pid\": \\d+ -> \"pid\": -1 -> TASK /objects/1: pid must be",
        "\"pid\": \\d+, -> '' -> TASK /objects/1: expected a field pid",
        "\"pid\": \\d+ -> \"pid\": 1, \"pid\": 1 -> expected no field twice, found 'pid'",
        "\"pid\": -> \"pId\": -> expected a field of [",
        "\"comm\": \"sleeper\" -> \"comm\": 5 -> expected text, or an object with hex or base64",
        "\"comm\": \"sleeper\" -> \"comm\": {\"hex\": \"0\"} -> an even number of hexadecimal",
        "\"comm\": \"sleeper\" -> \"comm\": {\"hex\": \"00\", \"a\": 1} -> no other field",
        "\"comm\": \"sleeper\" -> \"comm\": {\"rot13\": \"00\"} -> expected hex or base64",
        "\"comm\": \"sleeper\" -> \"comm\": {\"base64\": \"A\"} -> expected base64 digits",
        "\"comm\": \"sleeper\" -> \"comm\": \"\\\\ud800\" -> expected text",
        "\"comm\": \"sleeper\" -> \"comm\": \"seventeen letters\" -> comm must be ",
        "\"bootId\": \"0 -> \"bootId\": \"x -> HEADER /objects/0/bootId: expected a UUID",
        "\"kind\": \"[A-Z_]+\" -> \"kind\": \"ODD\" -> expected one of ",
        "\"semaphore\": [a-z]+ -> \"semaphore\": 1 -> expected true or false, found '1'",
        "\"type\": \"TASK\" -> \"type\": \"TUSK\" -> expected the name of a type, found 'TUSK'",
        "\"type\": \"TASK\" -> \"type\": \"TAIL\" -> expected the name of a type, found 'TAIL'",
        "\"type\": \"TASK\" -> \"type\": 200 -> object type 200 /objects/1/pid: expected objref",
        "\"type\": \"TASK\", -> '' -> object /objects/1/pid: expected type",
        "\"objref\": 1, -> '' -> expected an objref above 0, found 0",
        "\"objref\": 1, -> \"objref\": -1, -> an objref below 2^31",
        "\"owner\": \\d+ -> \"owner\": 99999 -> an earlier object of ",
        "\"offset\": 0 -> \"offset\": 1 -> 4096 bytes of pages from offset 1 on in a file of 4096",
        "\"offset\": 0 -> \"offset\": -1 -> 4096 bytes of pages from offset -1 on",
        "\"offset\": 0 -> \"offset\": \"0x7fffffffffffffff\" -> bytes of pages from offset",
        "\"pages\": \\{ -> \"pages\": {\"size\": 1, -> PAGE_ARRAY /objects/",
        "\"pages\": \\{[^}]*\\} -> \"pages\": [] -> 4096 bytes of pages, as the DATA runs say",
        "\"pages\": \\{[^}]*\\} -> \"pages\": [{\"zeros\": 1048577}] -> no more than the pages",
        "556000\", \"nrPages\": 1, -> 555000\", \"nrPages\": 2, -> 8192 bytes of pages from offset",
        "\"format\": \"ckpt-json\" -> \"format\": \"json\" -> expected ckpt-json, found 'json'",
        "\"version\": 1 -> \"version\": 0 -> expected a version from 1 on",
        "\"objects\": -> \"things\": -> expected objects, found 'things'",
        "\\]\\}\\s*$ -> ]} {} -> expected the end of the file, found an object",
        "\\]\\}\\s*$ -> ], \"more\": 1} -> expected the end of the document, found 'more'",
        "\\{\"type\": \"HEADER\"[^\n]*\n -> '' -> HEADER first",
      })
  void saysWhatIsWrongAndWhere(String change) {
    String[] parts = change.split(SEPARATOR, -1);
    String text = changed(parts[0], parts[1].equals("''") ? "" : parts[1]);
    BadInputException e = refused(BadInputException.class, text);
    assertEquals(FailureCode.CONVERT_INPUT, e.code());
    assertTrue(e.getMessage().contains(parts[2]), e.getMessage());
    assertTrue(
        e.getMessage().matches("(?s)the file: line \\d+, column \\d+ \\(offset .*"),
        e.getMessage());
    assertTrue(e.offset() > 0 && e.offset() <= text.length(), e.getMessage());
  }

  @Test
  void saysInWhichLine() {
    BadInputException e =
        refused(BadInputException.class, changed("\"sid\": \\d+", "\"sid\": \"lots\""));
    assertTrue(e.getMessage().startsWith("the file: line 7, column "), e.getMessage());
    assertEquals("TASK /objects/1/sid", e.object());
    int offset = json.indexOf("\"sid\": ") + "\"sid\": ".length();
    assertEquals(offset, e.offset());
  }

  @Test
  void refusesALaterVersion() {
    BadInputException e =
        refused(BadInputException.class, changed("\"version\": 1", "\"version\": 2"));
    assertEquals(FailureCode.CONVERT_VERSION, e.code());
    assertTrue(e.getMessage().endsWith("version 2, and this build reads 1 to 1"), e.getMessage());
  }

  @Test
  void refusesWhatIsCutAnywhere() throws IOException {
    assertArrayEquals(Golden.image("v1-small.ckpt"), image("\ufeff" + json));
    for (int len = 0; len < json.stripTrailing().length(); len += 97) {
      refused(BadInputException.class, json.substring(0, len));
    }
  }

  @Test
  void refusesWhatIsNoJson() throws IOException {
    byte[] image = Golden.image("v1-small.ckpt");
    for (byte[] bytes :
        new byte[][] {
          image,
          {},
          {0, 1, 0, 0},
          {(byte) 0xfe, (byte) 0xff},
          "[]".getBytes(UTF_8),
          json.getBytes(UTF_16LE)
        }) {
      CkptException e =
          assertThrows(
              CkptException.class, () -> Converted.image(JSON, bytes, Optional.of(folder)));
      assertEquals(FailureCode.CONVERT_INPUT, e.code());
    }
    byte[] latin1 = changed("sleeper", "schl\u00e4fer").getBytes(ISO_8859_1);
    assertThrows(BadInputException.class, () -> Converted.image(JSON, latin1, Optional.of(folder)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../out.pages", "/etc/passwd", ".", "..", "a/b", "", "a\\\\u0000b"})
  void opensNoFileElsewhere(String name) {
    String text = changed("\"out.pages\"", "\"" + name + "\"");
    CkptException e = refused(CkptException.class, text);
    assertEquals(FailureCode.CONVERT_INPUT, e.code());
    assertTrue(e.getMessage().contains("it is no plain name of a file"), e.getMessage());
  }

  @Test
  void followsNoLinkAndWaitsForNoPipe() throws Exception {
    Path elsewhere = Files.createTempDirectory("elsewhere");
    try {
      Path pages = folder.resolve(Converted.SIDE);
      Path moved = Files.move(pages, elsewhere.resolve("pages"));
      refused(NoSuchFileException.class, json);
      Files.createSymbolicLink(pages, moved);
      assertEquals(FailureCode.CONVERT_INPUT, refused(CkptException.class, json).code());
      Files.delete(pages);
      assertEquals(0, new ProcessBuilder("mkfifo", pages.toString()).start().waitFor());
      assertEquals(FailureCode.CONVERT_INPUT, refused(CkptException.class, json).code());
      Files.delete(moved);
    } finally {
      Files.delete(elsewhere);
    }
  }

  @Test
  void nothingStandsBesideAPipe() {
    CkptException e =
        assertThrows(
            CkptException.class,
            () -> Converted.image(JSON, json.getBytes(UTF_8), Optional.empty()));
    assertTrue(e.getMessage().contains("nothing is beside a pipe"), e.getMessage());
  }

  @Test
  void takesFieldsInAnyOrderAndNumbersInAnyForm() throws IOException {
    String other =
        changed("\"pid\": 812, \"ppid\": 1,", "\"ppid\": \"0x1\", \"pid\": \"0o1454\",")
            .replaceFirst("\"sid\": 700", "\"sid\": \"700\"")
            .replaceFirst("\"comm\": \"sleeper\"", "\"comm\": {\"hex\": \"736C6565706572\"}")
            .replaceFirst("\"cwd\": \"/home/u\"", "\"cwd\": {\"base64\": \"L2hvbWUvdQ==\"}");
    assertArrayEquals(Golden.image("v1-small.ckpt"), image(other));
  }
}
