package dev.ckpt.convert;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A file whose other files stand in its folder and nowhere else, whatever it says.
 *
 * @param name what people call it
 * @param channel its bytes; belongs to the caller
 * @param folder where it is; none if it is a pipe
 */
public record FolderSource(String name, ReadableByteChannel channel, Optional<Path> folder)
    implements Source {
  private static final int MAX_NAME_CHARS = 255;

  @Override
  @MustBeClosed
  @SuppressWarnings("MustBeClosedChecker") // what is opened here belongs to what is returned
  public SeekableByteChannel open(String file) throws IOException {
    if (folder.isEmpty()) {
      throw refused(file, "nothing is beside a pipe");
    }
    if (!isPlain(file)) {
      throw refused(file, "it is no plain name of a file");
    }
    Path path = folder.get().resolve(file);
    // NB: a symbolic link leads elsewhere, and to open a pipe would wait for a writer.
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      throw refused(file, "it is no regular file");
    }
    return FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
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
