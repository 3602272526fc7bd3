package dev.ckpt.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images that stand on their own, compressed afterwards and made plain again. */
class MergeCommandTest {
  private static final Path GOLDEN =
      Path.of("../../format-spec/src/test/resources/golden/v1-small.ckpt");

  @TempDir Path folder;
  private String image;
  private String small;

  @BeforeEach
  void copyAnImage() throws IOException {
    image = Files.copy(GOLDEN, folder.resolve("image")).toString();
    small = folder.resolve("small").toString();
  }

  private static String done(String... arguments) {
    CommandRun run = CommandRun.of(arguments);
    assertEquals(ExitCode.DONE, run.code(), run.err());
    return run.out();
  }

  @ParameterizedTest
  @ValueSource(strings = {"lz4", "zstd"})
  void compressesAnImageAndMakesItPlainAgain(String codec) throws IOException {
    String said = done("merge", image, "-o", small, "--compress", codec, "--no-sync");
    assertTrue(said.contains(" written anew into "), said);
    assertTrue(Files.size(Path.of(small)) < Files.size(Path.of(image)));
    done("verify", small);
    String shown = done("show", small);
    assertTrue(shown.contains("\n  packed    by " + codec + ": 4.0 KiB of pages in "), shown);
    String json = done("show", "--json", small);
    assertTrue(json.contains("\"compressed\":{\"codecs\":[\"" + codec + "\"]"), json);
    String again = folder.resolve("again").toString();
    done("merge", small, "-o", again, "--no-sync");
    assertArrayEquals(Files.readAllBytes(Path.of(image)), Files.readAllBytes(Path.of(again)));
  }

  @Test
  void compressesAnImageInItsPlace() throws IOException {
    CommandRun refused = CommandRun.of("merge", image, "-o", image, "--compress", "zstd");
    assertEquals(ExitCode.REFUSED, refused.code());
    done("merge", image, "-o", image, "--compress", "zstd", "--force", "--no-sync");
    assertTrue(done("show", image).contains("packed    by zstd"));
    done("merge", image, "-o", image, "--force", "--no-sync");
    assertFalse(done("show", image).contains("packed"));
  }
}
