package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.BuildId;
import dev.ckpt.format.ByteString;
import dev.ckpt.rstr.RestartedTask;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A program file that was exchanged while its task was away. */
@Tag("live")
class BuildIdLiveTest {
  private static final FileTime OTHER_TIME = FileTime.fromMillis(1_000_000_000_000L);

  private static String buildId(Path file) throws IOException {
    return HexFormat.of()
        .formatHex(BuildId.of(ByteString.of(file.toString())).orElseThrow().toByteArray());
  }

  /** What happens to the program's file between dump and restore. */
  private interface Change {
    void to(Path file) throws IOException;
  }

  private interface Then {
    void with(LiveProgram live, Path image, Path file) throws IOException;
  }

  private static void exchange(Change change, Then then) throws IOException {
    Path original = Programs.folder().resolve("gpr");
    assumeTrue(BuildId.of(ByteString.of(original.toString())).isPresent(), "no build ids here");
    Path folder = Files.createTempDirectory("program");
    Path file = folder.resolve("gpr");
    try {
      Files.copy(original, file, StandardCopyOption.COPY_ATTRIBUTES);
      try (LiveProgram live = LiveProgram.start(file, List.of("STATUS"))) {
        live.awaitReady();
        Path image = live.besides("image");
        live.dump(image, true);
        change.to(file);
        then.with(live, image, file);
      }
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
  }

  @Test
  void anotherCopyOfTheSameBuildWillDo() throws IOException {
    exchange(
        file -> {
          // In place: the program knows its mappings by the inode.
          Files.write(file, Files.readAllBytes(file));
          Files.setLastModifiedTime(file, OTHER_TIME);
        },
        (live, image, file) -> {
          RestartedTask task = live.restore(image, false);
          String note = "file: " + file + " is another copy, of the same build";
          assertEquals(List.of(note), task.notes());
          live.finish(0);
        });
  }

  /** As of a release whose files all have one time. */
  @Test
  void anotherBuildOfTheSameTimeIsRefused() throws IOException {
    exchange(
        BuildIdLiveTest::changeId,
        (live, image, file) -> {
          UnsupportedStateException refused =
              assertThrows(UnsupportedStateException.class, () -> live.restore(image, false));
          assertEquals("FILE_CHANGED", refused.refusals().get(0).code().name());
          String original = buildId(Programs.folder().resolve("gpr"));
          assertTrue(refused.getMessage().contains(original), refused.getMessage());
          assertTrue(refused.getMessage().contains(buildId(file)), refused.getMessage());
        });
  }

  private static void changeId(Path file) throws IOException {
    FileTime time = Files.getLastModifiedTime(file);
    // A character is a byte in this charset.
    String content = Files.readString(file, StandardCharsets.ISO_8859_1);
    byte[] id = HexFormat.of().parseHex(buildId(file));
    byte[] other = id.clone();
    other[0] ^= 1;
    String was = new String(id, StandardCharsets.ISO_8859_1);
    String is = new String(other, StandardCharsets.ISO_8859_1);
    Files.writeString(file, content.replace(was, is), StandardCharsets.ISO_8859_1);
    Files.setLastModifiedTime(file, time);
  }
}
