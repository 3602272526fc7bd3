package dev.ckpt.mem;

import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.proc.MapsEntry;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.record.VmaKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Which mappings are pages of an image that a restore has mapped ({@code --pages map-unsafe}). They
 * are anonymous memory to the task, and are saved as that, with all of their pages: an image that
 * needed the one before could not be restored without it, and would be lost if it took its name.
 *
 * <p>What else maps an image privately, and not from its beginning, is taken for the same.
 */
final class ImageMappings {
  private static final int PROT_EXEC = 4;

  private final int pid;

  /** By device and inode. */
  private final Map<String, Boolean> known = new HashMap<>();

  ImageMappings(int pid) {
    this.pid = pid;
  }

  /** Whether a mapping is one. */
  boolean isOne(VmaKind kind, MapsEntry vma) {
    if (kind != VmaKind.FILE_PRIVATE || vma.offset() == 0 || (vma.prot() & PROT_EXEC) != 0) {
      return false;
    }
    String file = vma.devMajor() + ":" + vma.devMinor() + ":" + vma.inode();
    return known.computeIfAbsent(file, any -> isImage(vma));
  }

  private boolean isImage(MapsEntry vma) {
    try {
      return ImageFile.isImage(Path.of("/proc/" + pid + "/map_files/" + vma.range()));
    } catch (IOException e) {
      // Only root may follow these links; others have the name and the inode number to go by.
      return isNamedImage(vma);
    }
  }

  private static boolean isNamedImage(MapsEntry vma) {
    try {
      FileStat named = FileStat.of(vma.name().toByteArray());
      return named.ino() == vma.inode() && ImageFile.isImage(Path.of(vma.name().toString()));
    } catch (CkptException e) {
      // Nothing has that name.
      return false;
    } catch (IOException e) {
      // What we may not read is no image that we can tell; then it is a file like any other.
      return false;
    }
  }
}
