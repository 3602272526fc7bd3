package dev.ckpt.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.format.ByteString;
import org.junit.jupiter.api.Test;

class GhostFilesTest {
  private static FileStat stat(int type, int nlink, long blocks) {
    return new FileStat(1, 4711, type | 0600, nlink, 5, 0, 0, 0, 4096, 0, 0, blocks);
  }

  private static String obstacle(int type, int nlink, long blocks) {
    return GhostFiles.obstacle(stat(type, nlink, blocks)).orElse("");
  }

  @Test
  void aRegularFileWithoutNamesIsSaved() {
    assertEquals("", obstacle(FileStat.S_IFREG, 0, 8));
    assertEquals("", obstacle(FileStat.S_IFREG, 0, GhostFiles.MAX_DATA_BYTES / 512));
  }

  @Test
  void othersAreNot() {
    assertEquals("is no regular file", obstacle(FileStat.S_IFCHR, 0, 0));
    assertTrue(obstacle(FileStat.S_IFREG, 1, 8).startsWith("has another name"));
    assertEquals(
        "holds more than 1073741824 bytes",
        obstacle(FileStat.S_IFREG, 0, GhostFiles.MAX_DATA_BYTES / 512 + 1));
  }

  @Test
  void theNameLosesWhatTheKernelPutBehindIt() {
    assertEquals(ByteString.of("/a (deleted)"), name("/a (deleted) (deleted)"));
    assertEquals(ByteString.of("/a"), name("/a"));
  }

  private static ByteString name(String shown) {
    return GhostFiles.formerName(ByteString.of(shown));
  }
}
