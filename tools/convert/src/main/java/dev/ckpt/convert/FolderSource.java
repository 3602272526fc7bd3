package dev.ckpt.convert;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
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
  @Override
  @MustBeClosed
  public SeekableByteChannel open(String file) throws IOException {
    if (folder.isEmpty()) {
      throw new CkptException(
          FailureCode.CONVERT_INPUT,
          name
              + ": it names '"
              + file
              + "' as a file that belongs to it: nothing is beside a pipe");
    }
    return new PlainFolder(name, folder.get()).open(file);
  }
}
