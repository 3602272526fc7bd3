package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.checkpoint.EmbedRule;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.error.CorruptImageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Files of a task that are gone when it comes back. */
@Tag("live")
class EmbeddedFilesLiveTest {
  private static final int TAIL_BYTES = 16;

  private static LiveProgram embedded() throws IOException {
    LiveProgram program =
        LiveProgram.start(
            Programs.all().stream()
                .filter(each -> each.name().equals("embedded"))
                .findFirst()
                .orElseThrow());
    program.awaitReady();
    return program;
  }

  private static Path dump(LiveProgram program, EmbedRule rule) throws IOException {
    Path image = program.besides("image");
    program.dump(CheckpointOptions.of(program.pid()).withStop(true).withEmbed(rule), image);
    return image;
  }

  private static EmbedRule all(LiveProgram program) {
    return new EmbedRule(false, List.of(program.folder() + "/*"));
  }

  private static Path data(LiveProgram program) {
    return program.folder().resolve("status.data");
  }

  private static Path settings(LiveProgram program) {
    return program.folder().resolve("status.conf");
  }

  /** The names in its folder, without the status file's. */
  private static List<String> names(LiveProgram program) throws IOException {
    try (var files = Files.list(program.folder())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.equals("status"))
          .sorted()
          .toList();
    }
  }

  private static String refusal(LiveProgram program, Path image) {
    UnsupportedStateException refused =
        assertThrows(UnsupportedStateException.class, () -> program.restore(image, false));
    assertEquals(1, refused.refusals().size(), refused.getMessage());
    return refused.refusals().get(0).code().name();
  }

  @Test
  void comeBackWithTheTask() throws IOException {
    try (LiveProgram program = embedded()) {
      Path image = dump(program, all(program));
      Files.delete(data(program));
      Files.delete(settings(program));
      program.restore(image, false);
      assertEquals(List.of("status.conf", "status.data"), names(program));
      program.finish(0);
    }
  }

  /** Names are bytes: shown ones are cut and escaped. */
  @Test
  void comeBackInAFolderWithALongAndOddName() throws IOException {
    Path base = LiveProgram.newFolder();
    Path odd = Files.createDirectory(base.resolve("a \\ " + "x".repeat(240)));
    Path status = odd.resolve("status");
    Path file = Programs.folder().resolve("embedded");
    try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDWR);
        LiveProgram program =
            LiveProgram.start(
                file, List.of(status.toString()), base, nothing.number(), nothing.number())) {
      Await.until(
          "ready",
          () -> Files.exists(status) && Files.readString(status).equals("ready\n"),
          program::describe);
      Path image = dump(program, new EmbedRule(false, List.of(base + "/**/status.*")));
      Files.delete(odd.resolve("status.conf"));
      Files.delete(odd.resolve("status.data"));
      program.restore(image, false);
      Files.createFile(odd.resolve("status.go"));
      assertEquals(0, program.awaitExit());
      assertEquals("ready\nok\n", Files.readString(status));
    }
  }

  @Test
  void comeBackOneByOne() throws IOException {
    try (LiveProgram program = embedded()) {
      Path image = dump(program, all(program));
      Files.delete(settings(program));
      program.restore(image, false);
      program.finish(0);
    }
  }

  @Test
  void areMissedWhenTheyAreNotEmbedded() throws IOException {
    try (LiveProgram program = embedded()) {
      Path image = dump(program, EmbedRule.NONE);
      Files.delete(settings(program));
      assertEquals("FILE_GONE", refusal(program, image));
    }
  }

  @Test
  void areNeverWrittenOver() throws IOException {
    try (LiveProgram program = embedded()) {
      Path image = dump(program, all(program));
      Files.delete(settings(program));
      Files.writeString(settings(program), "somebody else's");
      assertEquals("FILE_CHANGED", refusal(program, image));
      assertEquals("somebody else's", Files.readString(settings(program)));
    }
  }

  @Test
  void needTheirFolder() throws IOException {
    try (LiveProgram program = embedded()) {
      Path image = dump(program, all(program));
      Files.move(program.folder(), program.besides("moved"));
      UnsupportedStateException refused =
          assertThrows(UnsupportedStateException.class, () -> program.restore(image, false));
      assertEquals(
          List.of("FILE_GONE", "FILE_GONE"),
          refused.refusals().stream()
              .filter(refusal -> refusal.object().contains("cannot be made again"))
              .map(refusal -> refusal.code().name())
              .toList(),
          refused.getMessage());
      Files.move(program.besides("moved"), program.folder());
    }
  }

  @Test
  void areNotLeftBehindByARestoreThatFails() throws IOException {
    try (LiveProgram program = embedded()) {
      Path image = dump(program, all(program));
      Files.delete(data(program));
      Files.delete(settings(program));
      // Damage that is only found when all pages have been read.
      try (FileChannel channel = FileChannel.open(image, StandardOpenOption.WRITE)) {
        channel.truncate(channel.size() - TAIL_BYTES);
      }
      assertThrows(CorruptImageException.class, () -> program.restore(image, false));
      assertEquals(List.of(), names(program));
    }
  }
}
