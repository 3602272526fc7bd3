package dev.ckpt.mem;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.Files;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.GhostFile;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.ShmemKind;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharedObjectTest {
  private static final int PAGE = PageRange.PAGE_SIZE;
  private static final int MFD_ALLOW_SEALING = 3;
  private static final int SEAL_SHRINK_GROW = 6;

  private static FileStat stat(Fd fd) throws CkptException {
    return FileStat.of("/proc/" + Tasks.self() + "/fd/" + fd.number());
  }

  private static void put(Fd fd, long offset, byte[] content) throws CkptException {
    NativeBuffer buffer = NativeBuffer.of(content);
    assertEquals(content.length, fd.pwrite(buffer.address(), content.length, offset));
    assertEquals(content.length, buffer.size());
  }

  @Test
  void tellsAMemfdByItsName() throws CkptException {
    try (Fd memfd = Files.memfd("odd (deleted)", MFD_ALLOW_SEALING)) {
      Files.truncate(memfd, 5000);
      memfd.fcntl(Fcntl.F_ADD_SEALS, SEAL_SHRINK_GROW);
      String link = "/memfd:odd (deleted) (deleted)";
      Shmem record = (Shmem) SharedObject.of(ByteString.of(link), stat(memfd), memfd).record();
      assertEquals(ShmemKind.MEMFD, record.kind());
      assertEquals("odd (deleted)", record.name().toString());
      assertEquals(5000, record.size());
      assertEquals(SEAL_SHRINK_GROW, record.seals());
    }
  }

  @Test
  void sharedAnonymousMemoryHasNoName() throws CkptException {
    try (Fd memfd = Files.memfd("x", 1)) {
      ByteString link = ByteString.of("/dev/zero (deleted)");
      Shmem record = (Shmem) SharedObject.of(link, stat(memfd), memfd).record();
      assertEquals(ShmemKind.ANON, record.kind());
      assertEquals("", record.name().toString());
    }
  }

  @Test
  void anythingElseIsAFileThatLostItsName() throws CkptException {
    try (Fd memfd = Files.memfd("x", 1)) {
      Files.truncate(memfd, 77);
      ByteString link =
          ByteString.of(
              new byte[] {'/', (byte) 0xff, ' ', '(', 'd', 'e', 'l', 'e', 't', 'e', 'd', ')'});
      GhostFile record = (GhostFile) SharedObject.of(link, stat(memfd), memfd).record();
      assertEquals(ByteString.of(new byte[] {'/', (byte) 0xff}), record.path());
      assertEquals(77, record.size());
      assertEquals(stat(memfd).mode(), record.mode());
    }
  }

  @Test
  void dataIsFoundInWholePages() throws CkptException {
    try (Fd memfd = Files.memfd("x", 1)) {
      Files.truncate(memfd, 100L * PAGE + 10);
      assertEquals(List.of(), ObjectReader.dataRanges(memfd, 100L * PAGE + 10));
      put(memfd, 5L * PAGE + 1, new byte[] {1});
      put(memfd, 7L * PAGE - 1, new byte[] {1, 2});
      put(memfd, 100L * PAGE + 9, new byte[] {3});
      assertEquals(
          List.of(new PageRange(5L * PAGE, 3), new PageRange(100L * PAGE, 1)),
          ObjectReader.dataRanges(memfd, 100L * PAGE + 10));
      // As if it had grown since somebody asked for its size.
      assertEquals(
          List.of(new PageRange(5L * PAGE, 2)), ObjectReader.dataRanges(memfd, 6L * PAGE + 3));
      assertEquals(
          List.of(new PageRange(5L * PAGE, 3)), ObjectReader.dataRanges(memfd, 100L * PAGE));
    }
  }

  @Test
  void theReaderFillsUpTheLastPage() throws CkptException {
    try (Fd memfd = Files.memfd("x", 1)) {
      byte[] content = new byte[PAGE + 10];
      Arrays.fill(content, (byte) 7);
      put(memfd, 0, content);
      ByteBuffer into = ByteBuffer.allocateDirect(4 * PAGE);
      while (into.hasRemaining()) {
        into.put((byte) 9);
      }
      into.position(PAGE);
      new ObjectReader(memfd)
          .read(List.of(new PageRange(PAGE, 1), new PageRange(0, 1)), into, false);
      assertEquals(3 * PAGE, into.position());
      byte[] read = new byte[2 * PAGE];
      into.get(PAGE, read);
      byte[] expected = new byte[2 * PAGE];
      Arrays.fill(expected, 0, 10, (byte) 7);
      Arrays.fill(expected, PAGE, 2 * PAGE, (byte) 7);
      assertArrayEquals(expected, read);
    }
  }
}
