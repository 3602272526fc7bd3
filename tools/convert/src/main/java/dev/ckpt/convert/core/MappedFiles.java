package dev.ckpt.convert.core;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.record.FileRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The files that an image names and has not the content of. Only one that is still what was mapped
 * is read: a regular file of the same inode number, size and time. (Not of the same device: its
 * number is another after a reboot.)
 *
 * <p>One file is open at a time, for an image may name a million.
 */
final class MappedFiles implements AutoCloseable {
  private static final String ATTRIBUTES = "unix:isRegularFile,ino,size,lastModifiedTime";

  private final Map<FileRef, Boolean> same = new HashMap<>();
  private Optional<FileChannel> open = Optional.empty();
  private Optional<FileRef> opened = Optional.empty();

  /** Whether it is there, and is what was mapped. */
  boolean has(FileRef file) {
    return same.computeIfAbsent(file, MappedFiles::isSame);
  }

  private static boolean isSame(FileRef file) {
    try {
      // NB: looked at before it is opened, for a pipe would make us wait, and a device may act.
      Map<String, Object> found = Files.readAttributes(path(file), ATTRIBUTES);
      return found.get("isRegularFile").equals(true)
          && found.get("ino").equals(file.ino())
          && found.get("size").equals(file.size())
          && ((FileTime) found.get("lastModifiedTime")).to(TimeUnit.NANOSECONDS)
              == file.mtimeNanos();
    } catch (IOException | InvalidPathException e) {
      // Whatever the reason, its content cannot be had, and the caller says so of the mapping.
      return false;
    }
  }

  private static Path path(FileRef file) {
    return Path.of(file.path().utf8());
  }

  /**
   * Reads bytes of a file that was there; what is behind its end reads as zeros.
   *
   * @param into is filled
   * @throws CkptException if it is another one by now
   */
  void read(FileRef file, long offset, ByteBuffer into) throws IOException {
    FileChannel channel = channel(file);
    long at = offset;
    while (into.hasRemaining()) {
      int n = channel.read(into, at);
      if (n < 0) {
        break;
      }
      at += n;
    }
    while (into.hasRemaining()) {
      into.put((byte) 0);
    }
  }

  private FileChannel channel(FileRef file) throws IOException {
    if (!opened.equals(Optional.of(file))) {
      close();
      if (!isSame(file)) {
        throw new CkptException(
            FailureCode.CORE_FILE_CHANGED,
            "mapped file " + file.path() + " was changed while the core was written");
      }
      open = Optional.of(FileChannel.open(path(file)));
      opened = Optional.of(file);
    }
    return open.orElseThrow();
  }

  @Override
  public void close() throws IOException {
    opened = Optional.empty();
    if (open.isPresent()) {
      open.get().close();
      open = Optional.empty();
    }
  }
}
