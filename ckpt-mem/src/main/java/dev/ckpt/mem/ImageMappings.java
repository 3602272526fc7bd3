package dev.ckpt.mem;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.core.proc.MapsEntry;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.record.VmaKind;
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
  private final int pid;

  /** By device and inode. */
  private final Map<String, Boolean> known = new HashMap<>();

  ImageMappings(int pid) {
    this.pid = pid;
  }

  /** Whether a mapping is one. */
  boolean isOne(VmaKind kind, MapsEntry vma) {
    if (kind != VmaKind.FILE_PRIVATE || vma.offset() == 0) {
      return false;
    }
    String file = vma.devMajor() + ":" + vma.devMinor() + ":" + vma.inode();
    return known.computeIfAbsent(file, any -> isImage(vma));
  }

  private boolean isImage(MapsEntry vma) {
    String link = "/proc/" + pid + "/map_files/" + vma.range();
    try (Fd file = Fd.open(link, Fcntl.O_RDONLY)) {
      return hasMagic(file);
    } catch (SyscallException e) {
      // Only root may follow these links; others have the name and the inode number to go by.
      return isNamedImage(vma);
    }
  }

  private static boolean isNamedImage(MapsEntry vma) {
    byte[] name = vma.name().toByteArray();
    try {
      if (FileStat.of(name).ino() != vma.inode()) {
        return false;
      }
      try (Fd file = Fd.open(name, Fcntl.O_RDONLY, 0)) {
        return hasMagic(file);
      }
    } catch (SyscallException e) {
      // What we may not read, or has no name, is a file like any other.
      return false;
    }
  }

  /** NB: with what is loaded already, for the task is frozen; a constant loads no class. */
  private static boolean hasMagic(Fd file) throws SyscallException {
    NativeBuffer first = NativeBuffer.allocate(Long.BYTES);
    return file.pread(first.address(), Long.BYTES, 0) == Long.BYTES
        && first.getLong(0) == ImageFile.MAGIC;
  }
}
