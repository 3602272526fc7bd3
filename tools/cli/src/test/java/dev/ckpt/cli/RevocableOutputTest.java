package dev.ckpt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.error.CkptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RevocableOutputTest {
  @TempDir private Path folder;

  private static ByteBuffer some() {
    return ByteBuffer.allocateDirect(64);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void publishesWhatNobodyTookBack() throws IOException {
    Path path = folder.resolve("image");
    try (ImageOutput file = ImageFileOutput.create(path, false);
        RevocableOutput output = new RevocableOutput(file, "over")) {
      assertEquals(64, output.channel().write(some()));
      output.publish();
      output.sync();
      assertFalse(output.interrupt(), "it is too late");
      assertFalse(output.revoked());
    }

    assertEquals(List.of(path), files());
  }

  @Test
  void takesNothingMoreOnceItIsTakenBack() throws IOException {
    try (ImageOutput file = ImageFileOutput.create(folder.resolve("image"), false);
        RevocableOutput output = new RevocableOutput(file, "over")) {
      output.channel().write(some());
      assertTrue(output.interrupt());

      CkptException error = assertThrows(CkptException.class, () -> output.channel().write(some()));
      assertEquals("INTERRUPTED", error.code().name());
      assertThrows(CkptException.class, output::publish);
    }

    assertEquals(List.of(), files());
  }

  @Test
  void leavesNothingBehindWhenAbandoned() throws IOException {
    try (ImageOutput file = ImageFileOutput.create(folder.resolve("image"), true);
        RevocableOutput output = new RevocableOutput(file, "over")) {
      output.channel().write(some());
      output.interrupt();
      output.abandon();
      output.abandon();

      assertEquals(List.of(), files());
    }
  }
}
