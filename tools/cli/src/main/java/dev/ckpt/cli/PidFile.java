package dev.ckpt.cli;

import com.google.errorprone.annotations.MustBeClosed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The file that the pid of a restored task goes into. Opened before the restore, so that one that
 * cannot be written is known in time; a restore that fails leaves it as it was.
 */
final class PidFile implements AutoCloseable {
  private final Optional<Path> path;
  private final Optional<FileChannel> channel;
  private final boolean isNew;
  private boolean written;

  private PidFile(Optional<Path> path, Optional<FileChannel> channel, boolean isNew) {
    this.path = path;
    this.channel = channel;
    this.isNew = isNew;
  }

  /** Opens it; does nothing where none is wanted. */
  @MustBeClosed
  static PidFile open(Optional<Path> path) throws IOException {
    if (path.isEmpty()) {
      return new PidFile(path, Optional.empty(), false);
    }
    boolean isNew = !Files.exists(path.get(), LinkOption.NOFOLLOW_LINKS);
    FileChannel channel =
        FileChannel.open(path.get(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    return new PidFile(path, Optional.of(channel), isNew);
  }

  /**
   * Writes the pid. The task runs by now, so a failure is no reason to end.
   *
   * @return what went wrong
   */
  Optional<String> write(int pid) {
    written = true;
    if (channel.isPresent()) {
      byte[] text = (pid + "\n").getBytes(StandardCharsets.US_ASCII);
      try {
        channel.get().truncate(0);
        channel.get().write(ByteBuffer.wrap(text));
      } catch (IOException e) {
        return Optional.of("pid " + pid + " is not in " + path.get() + ": " + e.getMessage());
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    if (channel.isPresent()) {
      channel.get().close();
      if (isNew && !written) {
        Files.deleteIfExists(path.get());
      }
    }
  }
}
