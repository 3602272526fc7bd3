package dev.ckpt.convert;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The regular files that stand in a folder itself: no name of one leads anywhere else.
 *
 * @param name what people call it
 */
public record PlainFolder(String name, Path folder) implements InputFolder {
  private static final int MAX_NAME_CHARS = 255;

  @Override
  public boolean has(String file) throws IOException {
    return Files.exists(path(file), LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  @MustBeClosed
  public SeekableByteChannel open(String file) throws IOException {
    return FileChannel.open(path(file), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
  }

  private Path path(String file) throws IOException {
    if (!isPlain(file)) {
      throw refused(file, "it is no plain name of a file");
    }
    Path path = folder.resolve(file);
    // NB: a symbolic link leads elsewhere, and to open a pipe would wait for a writer.
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      throw refused(file, "it is no regular file");
    }
    return path;
  }

  private CkptException refused(String file, String why) {
    return new CkptException(
        FailureCode.CONVERT_INPUT,
        name + ": it names '" + file + "' as a file that belongs to it: " + why);
  }

  private static boolean isPlain(String file) {
    boolean dots = file.equals(".") || file.equals("..");
    return !file.isEmpty()
        && file.length() <= MAX_NAME_CHARS
        && file.indexOf('/') < 0
        && file.chars().noneMatch(Character::isISOControl)
        && !dots;
  }
}
