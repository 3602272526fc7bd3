package dev.ckpt.core.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.error.SyscallException;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesTest {
  @TempDir private Path folder;

  private byte[] path(String name) {
    return Files.bytes(folder.resolve(name).toString());
  }

  @Test
  void statIsWhatJavaSees() throws IOException {
    Path file = folder.resolve("file");
    java.nio.file.Files.write(file, new byte[12_345]);
    java.nio.file.Files.createLink(folder.resolve("link"), file);
    Instant time = Instant.ofEpochSecond(1_600_000_000, 123_456_000);
    java.nio.file.Files.setLastModifiedTime(file, FileTime.from(time));

    FileStat stat = FileStat.of(path("file"));

    assertEquals(FileStat.S_IFREG, stat.type());
    assertEquals(12_345, stat.size());
    assertEquals(2, stat.nlink());
    assertEquals(1_600_000_000_123_456_000L, stat.mtimeNanos());
    assertEquals(java.nio.file.Files.getAttribute(file, "unix:ino"), stat.ino());
    assertEquals(java.nio.file.Files.getAttribute(file, "unix:mode"), stat.mode());
    assertTrue(stat.sameFile(FileStat.of(path("link"))));
    assertFalse(stat.sameFile(FileStat.of(folder.toString())));
    assertEquals(FileStat.S_IFDIR, FileStat.of(folder.toString()).type());
  }

  @Test
  void statKnowsDevices() throws SyscallException {
    FileStat zero = FileStat.of("/dev/zero");
    assertEquals(FileStat.S_IFCHR, zero.type());
    assertEquals(1, zero.rdevMajor());
    assertEquals(5, zero.rdevMinor());
  }

  @Test
  void aTimeBefore1970IsNegative() throws Exception {
    // Java's own library turns such a time into zero.
    Path file = folder.resolve("old");
    Process touch = new ProcessBuilder("touch", "-d", "@-4.75", file.toString()).start();
    assertEquals(0, touch.waitFor());
    assertEquals(-4_750_000_000L, FileStat.of(path("old")).mtimeNanos());
  }

  @Test
  void linkRefusesToOverwrite() throws IOException {
    java.nio.file.Files.writeString(folder.resolve("there"), "old");
    try (Fd fd = Fd.open(path("new"), Fcntl.O_CREAT | Fcntl.O_RDWR, 0600)) {
      SyscallException e =
          assertThrows(SyscallException.class, () -> Files.link(fd, path("there")));
      assertEquals(Errno.EEXIST, e.errno());
      Files.link(fd, path("second"));
    }
    assertEquals("old", java.nio.file.Files.readString(folder.resolve("there")));
    assertTrue(FileStat.of(path("new")).sameFile(FileStat.of(path("second"))));
  }

  @Test
  void renameOverwritesAndUnlinkRemoves() throws IOException {
    java.nio.file.Files.writeString(folder.resolve("a"), "a");
    java.nio.file.Files.writeString(folder.resolve("b"), "b");
    Files.rename(path("a"), path("b"));
    assertEquals("a", java.nio.file.Files.readString(folder.resolve("b")));
    Files.unlink(path("b"));
    assertEquals(
        Errno.ENOENT, assertThrows(SyscallException.class, () -> Files.unlink(path("b"))).errno());
  }

  @Test
  void linksAreBytes() throws IOException {
    java.nio.file.Files.createSymbolicLink(folder.resolve("link"), Path.of("a b"));
    assertArrayEquals("a b".getBytes(UTF_8), Files.readLink(path("link")));
  }

  @Test
  void walksDataAndHoles() throws IOException {
    try (Fd memfd = Files.memfd("sparse", 1)) {
      Files.truncate(memfd, 1 << 20);
      assertEquals(-1, Files.seekSparse(memfd, 0, Fcntl.SEEK_DATA), "nothing but a hole");
      NativeBuffer one = NativeBuffer.of(new byte[] {1});
      assertEquals(1, memfd.pwrite(one.address(), 1, 8192));
      assertEquals(8192, Files.seekSparse(memfd, 0, Fcntl.SEEK_DATA));
      assertEquals(12_288, Files.seekSparse(memfd, 8192, Fcntl.SEEK_HOLE));
      assertEquals(-1, Files.seekSparse(memfd, 1 << 20, Fcntl.SEEK_DATA), "the end");
    }
  }

  @Test
  void copiesAPipeWithoutEmptyingIt() throws SyscallException {
    try (PipePair pipe = PipePair.open(0);
        PipePair copy = PipePair.open(0)) {
      assertEquals(0, Files.tee(pipe.readEnd(), copy.writeEnd(), 100), "empty");
      pipe.write("hello".getBytes(UTF_8));
      assertEquals(5, Files.tee(pipe.readEnd(), copy.writeEnd(), 100));
      assertArrayEquals("hello".getBytes(UTF_8), copy.read(100));
      assertEquals(5, Files.splice(pipe.readEnd(), copy.writeEnd(), 100));
      assertEquals(0, Files.splice(pipe.readEnd(), copy.writeEnd(), 100), "empty again");
      assertArrayEquals("hello".getBytes(UTF_8), copy.read(100));
    }
  }

  @Test
  void packetsStayApart() throws SyscallException {
    try (PipePair pipe = PipePair.open(Fcntl.O_DIRECT)) {
      pipe.write(new byte[] {1});
      pipe.write(new byte[] {2, 3});
      assertArrayEquals(new byte[] {1}, pipe.read(100));
      assertArrayEquals(new byte[] {2, 3}, pipe.read(100));
    }
  }
}
