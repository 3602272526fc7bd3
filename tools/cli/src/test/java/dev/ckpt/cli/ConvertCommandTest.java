package dev.ckpt.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images put into other formats by the command, and made again. */
class ConvertCommandTest {
  private static final Path GOLDEN = Path.of("../../format-spec/src/test/resources/golden");

  @TempDir Path folder;
  private String image;
  private String json;
  private String again;

  @BeforeEach
  void copyAnImage() throws IOException {
    image = Files.copy(GOLDEN.resolve("v1-small.ckpt"), folder.resolve("a.ckpt")).toString();
    json = folder.resolve("a.json").toString();
    again = folder.resolve("again.ckpt").toString();
  }

  private static CommandRun done(String... arguments) {
    CommandRun run = CommandRun.of(arguments);
    assertEquals(ExitCode.DONE, run.code(), run.err());
    return run;
  }

  private static void fails(int code, String message, String... arguments) {
    CommandRun run = CommandRun.of(arguments);
    assertEquals(code, run.code(), run.err());
    assertTrue(run.err().contains(message), run.err());
  }

  private void assertAgain(String original) throws IOException {
    assertArrayEquals(Files.readAllBytes(Path.of(original)), Files.readAllBytes(Path.of(again)));
  }

  @Test
  void convertsByTheNamesOfTheFiles() throws IOException {
    CommandRun there = done("convert", image, json);
    assertTrue(there.out().contains(" converted to json in "), there.out());
    assertTrue(there.out().contains(", and 4.0 KiB of memory in " + json + ".pages"), there.out());
    CommandRun back = done("convert", json, again, "--no-sync");
    assertTrue(back.out().contains(" converted to ckpt in "), back.out());
    assertAgain(image);
  }

  @Test
  void everythingIsForItsOwnerOnly() throws IOException {
    done("convert", image, json);
    done("convert", json, again);
    for (String file : List.of(json, json + ".pages", again)) {
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(file))),
          file);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "inline"})
  void convertsByOptions(String pages) throws IOException {
    String other = folder.resolve("other").toString();
    done("convert", "--to", "json", "--pages", pages, image, other);
    assertEquals(pages.equals("file"), Files.exists(Path.of(other + ".pages")));
    done("convert", "--from=json", other, again);
    assertAgain(image);
  }

  @Test
  void kryoHasTheMemoryInline() throws IOException {
    String kryo = folder.resolve("a.kryo").toString();
    done("convert", image, kryo);
    done("convert", kryo, again);
    assertAgain(image);
    assertFalse(Files.exists(Path.of(kryo + ".pages")));
    fails(
        ExitCode.USAGE, "kryo has the memory inline only", "convert", image, kryo, "--pages=file");
  }

  @Test
  void tellsScriptsWhatItDid() {
    CommandRun run = done("convert", image, json, "--json");
    assertTrue(run.out().startsWith("{\"input\":\"" + image + "\",\"output\":\""), run.out());
    assertTrue(run.out().contains("\"from\":\"ckpt\",\"to\":\"json\",\"outputBytes\":"), run.out());
    assertTrue(run.out().contains(".pages\",\"pagesBytes\":4096}"), run.out());
  }

  @Test
  void replacesNothingWithoutForce() throws IOException {
    done("convert", image, json);
    fails(ExitCode.REFUSED, "IMAGE_EXISTS", "convert", image, json);
    Files.delete(Path.of(json));
    fails(ExitCode.REFUSED, "a.json.pages", "convert", image, json);
    assertFalse(Files.exists(Path.of(json)));
    done("convert", image, json, "--force");
    done("convert", json, again);
    fails(ExitCode.REFUSED, "IMAGE_EXISTS", "convert", json, again);
    done("convert", json, again, "--force");
    assertAgain(image);
  }

  @Test
  void replacesNoImageByWhatIsNone() throws IOException {
    byte[] before = Files.readAllBytes(Path.of(image));
    fails(
        ExitCode.FAILED, "IMAGE_WOULD_BE_LOST", "convert", image, image, "--to", "json", "--force");
    assertArrayEquals(before, Files.readAllBytes(Path.of(image)));
  }

  @Test
  void leavesNothingOfADamagedImage() throws IOException {
    byte[] bytes = Files.readAllBytes(Path.of(image));
    bytes[bytes.length - 100] ^= 1;
    Files.write(Path.of(image), bytes);
    fails(ExitCode.FAILED, "IMAGE_CORRUPT", "convert", image, json);
    assertEquals(List.of(Path.of(image)), files());
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  @Test
  void leavesNoImageOfDamagedJson() throws IOException {
    done("convert", image, json);
    String text = Files.readString(Path.of(json));
    Files.writeString(Path.of(json), text.replaceFirst("\"pid\": [0-9]+", "\"pid\": \"x\""));
    fails(ExitCode.FAILED, "CONVERT_INPUT: " + json + ": line ", "convert", json, again);
    CommandRun run = CommandRun.of("convert", json, again, "--json");
    assertTrue(run.out().contains("\"object\":\"TASK /objects/"), run.out());
    assertFalse(Files.exists(Path.of(again)));
  }

  @Test
  void aSealedImageIsOpenedAndSealedAgain() throws IOException {
    Path key = Files.write(folder.resolve("key"), new byte[40]);
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    String keyFile = "--key-file=" + key;
    String sealed = folder.resolve("sealed.ckpt").toString();
    done("convert", image, json);
    done("convert", json, sealed, keyFile);
    fails(ExitCode.FAILED, "IMAGE_SEALED", "convert", sealed, json, "--force");
    CommandRun opened = done("convert", sealed, json, keyFile, "--force");
    assertTrue(opened.err().contains("note: the image is sealed, and what was made"), opened.err());
    done("convert", json, again);
    assertAgain(image);
  }

  @Test
  void saysWhatItCannotDo() {
    int usage = ExitCode.USAGE;
    fails(usage, "both are images", "convert", image, again);
    fails(usage, "neither is", "convert", json, json);
    fails(usage, "give --to", "convert", image, folder.resolve("x").toString());
    fails(usage, "give --from and --to", "convert", "x", "y");
    fails(usage, "--encrypt is for an image", "convert", image, json, "--encrypt");
    fails(usage, "--pages is for", "convert", json, again, "--pages", "inline");
    fails(
        usage,
        "nothing can stand beside a pipe",
        "convert",
        image,
        "-",
        "--to=json",
        "--pages=file");
    fails(ExitCode.FAILED, "NO_SUCH_FILE", "convert", json, again);
  }
}
