package dev.ckpt.core.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.error.SyscallException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FdTest {
  @TempDir private Path folder;

  private byte[] path(String name) {
    return Files.bytes(folder.resolve(name).toString());
  }

  private static boolean isOpen(int number) {
    return java.nio.file.Files.exists(Path.of("/proc/self/fd/" + number));
  }

  @Test
  void closesOnExecAndOnlyOnce() throws SyscallException {
    Fd fd = Fd.open("/dev/null", Fcntl.O_RDONLY);
    int number = fd.number();
    assertEquals(Fcntl.FD_CLOEXEC, fd.fcntl(Fcntl.F_GETFD, 0));
    assertTrue(isOpen(number));
    fd.close();
    assertFalse(isOpen(number));
    try (Fd other = Fd.open("/dev/null", Fcntl.O_RDONLY)) {
      fd.close();
      assertTrue(isOpen(other.number()), "a second close must not hit whoever has the number now");
    }
    assertThrows(IllegalStateException.class, fd::number);
  }

  @Test
  void whoReleasesItClosesIt() throws SyscallException {
    int number;
    try (Fd fd = Fd.open("/dev/null", Fcntl.O_RDONLY)) {
      number = fd.release();
    }
    assertTrue(isOpen(number));
    try (Fd again = new Fd(number)) {
      assertEquals(number, again.number());
    }
    assertFalse(isOpen(number));
    assertThrows(IllegalArgumentException.class, () -> new Fd(-1).close());
  }

  @Test
  void saysWhatCouldNotBeOpened() {
    SyscallException e =
        assertThrows(SyscallException.class, () -> Fd.open("/no/such", Fcntl.O_RDONLY).close());
    assertEquals(Errno.ENOENT, e.errno());
    assertTrue(e.getMessage().contains("\"/no/such\""), e.getMessage());
    assertThrows(
        IllegalArgumentException.class, () -> Fd.open(new byte[] {'a', 0, 'b'}, 0, 0).close());
  }

  @Test
  void readsAndWritesAtOffsets() throws IOException {
    NativeBuffer buffer = NativeBuffer.of("hello".getBytes(UTF_8));
    try (Fd fd = Fd.open(path("file"), Fcntl.O_CREAT | Fcntl.O_RDWR, 0600)) {
      assertEquals(5, fd.pwrite(buffer.address(), 5, 3));
      assertEquals(8, Files.seek(fd, 0, Fcntl.SEEK_END));
      assertEquals(2, fd.pread(buffer.address(), 5, 6));
      assertEquals("lollo", new String(buffer.getBytes(0, 5), UTF_8));
      assertEquals(0, fd.pread(buffer.address(), 5, 8), "the end");
      Files.truncate(fd, 2);
      assertEquals(2, FileStat.of(path("file")).size());
    }
  }

  @Test
  void givesAnotherNumberTheSameFile() throws IOException {
    NativeBuffer buffer = NativeBuffer.of("hello".getBytes(UTF_8));
    try (Fd one = Fd.open(path("one"), Fcntl.O_CREAT | Fcntl.O_RDWR, 0600);
        Fd other = Fd.open(path("other"), Fcntl.O_CREAT | Fcntl.O_RDWR, 0600)) {
      one.copyTo(other.number());
      other.pwrite(buffer.address(), 5, 0);
      assertEquals(5, FileStat.of(path("one")).size());
      assertEquals(0, FileStat.of(path("other")).size());
    }
  }

  @Test
  void errorsOfAChannelSayWhatItIs() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(8);
    try (FdChannel full = new FdChannel(Fd.open("/dev/full", Fcntl.O_WRONLY), "image a")) {
      SyscallException e = assertThrows(SyscallException.class, () -> full.write(buffer));
      assertTrue(e.getMessage().startsWith("[image a] write("), e.getMessage());
      assertEquals(Errno.ENOSPC, e.errno());
    }
  }

  @Test
  void isAChannel() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(8);
    buffer.put("xhello".getBytes(UTF_8)).flip().position(1);
    try (FdChannel channel =
        new FdChannel(Fd.open(path("file"), Fcntl.O_CREAT | Fcntl.O_RDWR, 0600))) {
      assertEquals(5, channel.write(buffer));
      assertEquals(0, channel.write(buffer), "nothing remains");
      assertEquals(0, Files.seek(channel.fd(), 0, Fcntl.SEEK_SET));
      buffer.clear().position(2);
      assertEquals(5, channel.read(buffer));
      assertEquals(7, buffer.position());
      assertEquals('h', buffer.get(2));
      assertEquals(-1, channel.read(buffer));
      buffer.position(8);
      assertEquals(0, channel.read(buffer), "no room is not the end");
      assertTrue(channel.isOpen());
      ByteBuffer heap = ByteBuffer.allocate(4);
      assertThrows(IllegalArgumentException.class, () -> channel.read(heap));
    }
  }

  @Test
  void aClosedChannelSaysSo() throws IOException {
    FdChannel channel = new FdChannel(Fd.open("/dev/null", Fcntl.O_RDWR));
    channel.close();
    channel.close();
    assertFalse(channel.isOpen());
  }
}
