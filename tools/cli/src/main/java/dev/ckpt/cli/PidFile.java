package dev.ckpt.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The file that the pid of a restored task goes into. Whether it can be written is asked before the
 * restore, but it is made after that: one that fails, or is killed, leaves it as it was.
 *
 * @param path of it, if one is wanted
 */
record PidFile(Optional<Path> path) {
  /** Makes sure that it can be written. */
  static PidFile of(Optional<Path> path) throws IOException {
    if (path.isPresent()) {
      refuseUnwritable(path.get());
    }
    return new PidFile(path);
  }

  private static void refuseUnwritable(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new FileSystemException(file.toString(), null, "is a folder");
    }
    Channels.refuseToLoseImage(file);
    Path written = file;
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      written = file.toAbsolutePath().getParent();
      if (!Files.isDirectory(written)) {
        throw new NoSuchFileException(file.toString());
      }
    }
    if (!Files.isWritable(written)) {
      throw new AccessDeniedException(file.toString());
    }
  }

  /**
   * Writes the pid. The task runs by now, so a failure is no reason to end.
   *
   * @return what went wrong
   */
  Optional<String> write(int pid) {
    if (path.isPresent()) {
      try {
        Files.writeString(path.get(), pid + "\n");
      } catch (IOException e) {
        return Optional.of("pid " + pid + " is not in " + path.get() + ": " + e.getMessage());
      }
    }
    return Optional.empty();
  }
}
