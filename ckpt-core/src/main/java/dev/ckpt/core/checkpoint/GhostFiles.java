package dev.ckpt.core.checkpoint;

import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.format.ByteString;
import java.util.Optional;

/**
 * Regular files that are in use and that no name leads to any more: unlinked, or replaced by an
 * upgrade. What is open and what is mapped of such a file is one object, whose content goes into
 * the image ({@link MmCheckpoint#saveObject}).
 */
public final class GhostFiles {
  /** More than this is not read while the task is frozen. */
  public static final long MAX_DATA_BYTES = 1L << 30;

  private static final ByteString DELETED = ByteString.of(" (deleted)");
  private static final long BLOCK_BYTES = 512;

  private GhostFiles() {}

  /** Why a file cannot be saved with its content; nothing when it can. */
  public static Optional<String> obstacle(FileStat stat) {
    if (stat.type() != FileStat.S_IFREG) {
      return Optional.of("is no regular file");
    }
    if (stat.nlink() > 0) {
      // A copy would part the task from whoever uses the other name.
      return Optional.of("has another name, which the kernel does not tell");
    }
    return holdsTooMuch(stat)
        ? Optional.of("holds more than " + MAX_DATA_BYTES + " bytes")
        : Optional.empty();
  }

  /** Whether a file has more content than is read while the task is frozen. */
  static boolean holdsTooMuch(FileStat stat) {
    return stat.blocks() * BLOCK_BYTES > MAX_DATA_BYTES;
  }

  /** The name that a file had, from what maps or a link in /proc shows of it. */
  public static ByteString formerName(ByteString shown) {
    return shown.endsWith(DELETED) ? shown.substring(0, shown.length() - DELETED.length()) : shown;
  }
}
