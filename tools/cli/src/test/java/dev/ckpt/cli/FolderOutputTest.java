package dev.ckpt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.error.RefusalCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder is there as a whole, or not at all. */
class FolderOutputTest {
  @TempDir Path parent;
  private Path path;

  @BeforeEach
  void name() {
    path = parent.resolve("folder");
  }

  private static void write(FolderOutput folder, String file) throws IOException {
    try (SeekableByteChannel channel = folder.create(file)) {
      channel.write(ByteBuffer.wrap(new byte[3]));
    }
  }

  private List<String> there() throws IOException {
    try (Stream<Path> files = Files.list(parent)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static String rights(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void appearsWholeAndForItsOwnerOnly() throws IOException {
    try (FolderOutput folder = FolderOutput.create(path, "gone")) {
      write(folder, "a");
      write(folder, "b");
      assertFalse(Files.exists(path));
      folder.sync();
      folder.publish();
    }
    assertEquals(List.of("folder"), there());
    assertEquals("rwx------", rights(path));
    assertEquals("rw-------", rights(path.resolve("a")));
    assertEquals(6, FolderOutput.lenBytes(path));
  }

  @Test
  void nothingIsLeftOfOneThatWasNotPublished() throws IOException {
    try (FolderOutput folder = FolderOutput.create(path, "gone")) {
      write(folder, "a");
    }
    assertEquals(List.of(), there());
  }

  @Test
  void signalTakesItBack() throws IOException {
    try (FolderOutput folder = FolderOutput.create(path, "gone")) {
      write(folder, "a");
      assertTrue(folder.interrupt());
      CkptException e = assertThrows(CkptException.class, folder::publish);
      assertEquals(FailureCode.INTERRUPTED, e.code());
      folder.abandon();
      assertEquals(List.of(), there());
    }
  }

  @Test
  void signalIsTooLateOnceItIsThere() throws IOException {
    try (FolderOutput folder = FolderOutput.create(path, "gone")) {
      folder.publish();
      assertFalse(folder.interrupt());
    }
    assertTrue(Files.isDirectory(path));
  }

  @Test
  void emptyFolderIsTaken() throws IOException {
    Files.createDirectory(path);
    try (FolderOutput folder = FolderOutput.create(path, "gone")) {
      write(folder, "a");
      folder.publish();
    }
    assertTrue(Files.exists(path.resolve("a")));
  }

  @Test
  @SuppressWarnings("MustBeClosedChecker") // there is none
  void nothingIsReplaced() throws IOException {
    Files.writeString(path, "mine");
    UnsupportedStateException e =
        assertThrows(UnsupportedStateException.class, () -> FolderOutput.create(path, "gone"));
    assertEquals(RefusalCode.IMAGE_EXISTS, e.code());
    assertEquals("mine", Files.readString(path));
  }

  @Test
  @SuppressWarnings("MustBeClosedChecker") // there is none
  void parentMustBeThere() {
    Path nowhere = parent.resolve("nowhere");
    NoSuchFileException e =
        assertThrows(
            NoSuchFileException.class, () -> FolderOutput.create(nowhere.resolve("x"), "gone"));
    assertEquals(nowhere.toString(), e.getFile());
  }
}
