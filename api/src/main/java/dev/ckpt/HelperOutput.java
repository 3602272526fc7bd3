package dev.ckpt;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Files;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a process writes to its standard output and error: a file in memory, without a name, which
 * goes into images with all that it has.
 *
 * <p>Threading: any.
 */
final class HelperOutput implements AutoCloseable {
  private static final String NAME = "ckpt-output";
  private static final int MFD_CLOEXEC = 1;
  private static final int STDOUT = 1;
  private static final int STDERR = 2;

  /** More than that is seen from its end only. */
  private static final int MAX_BYTES = 1 << 20;

  private final Optional<FileChannel> file;

  /** How much was there when the process came back. */
  private final long begin;

  private HelperOutput(Optional<FileChannel> file) throws IOException {
    this.file = file;
    this.begin = file.isPresent() ? file.get().size() : 0;
  }

  /** A new file, for a process that is started. */
  @MustBeClosed
  static Fd create() throws SyscallException {
    return Files.memfd(NAME, MFD_CLOEXEC);
  }

  /** Reads such a file. */
  @SuppressWarnings("MustBeClosedChecker") // what is opened here belongs to what is returned
  static HelperOutput of(Fd file) throws IOException {
    return new HelperOutput(Optional.of(open("/proc/self/fd/" + file.number())));
  }

  /** That of a process that came back; without any if it has redirected both descriptors. */
  @SuppressWarnings("MustBeClosedChecker") // as above
  static HelperOutput ofProcess(int pid) throws IOException {
    for (int fd : new int[] {STDOUT, STDERR}) {
      String path = "/proc/" + pid + "/fd/" + fd;
      Path link = Path.of(path);
      if (java.nio.file.Files.isSymbolicLink(link)
          && java.nio.file.Files.readSymbolicLink(link).toString().contains(NAME)) {
        return new HelperOutput(Optional.of(open(path)));
      }
    }
    return new HelperOutput(Optional.empty());
  }

  @MustBeClosed
  private static FileChannel open(String path) throws IOException {
    return FileChannel.open(Path.of(path));
  }

  /** All of it, from the start of the process that was frozen. */
  String all() throws IOException {
    return from(0);
  }

  /** What came since this process was started, or came back. */
  String sinceBegin() throws IOException {
    return from(begin);
  }

  private String from(long offset) throws IOException {
    if (file.isEmpty()) {
      return "";
    }
    long size = file.get().size();
    long at = Math.max(offset, size - MAX_BYTES);
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.max(0, size - at));
    while (bytes.hasRemaining() && file.get().read(bytes, at + bytes.position()) > 0) {
      // NB: a read may give less than was asked for.
    }
    return UTF_8.decode(bytes.flip()).toString();
  }

  @Override
  public void close() throws IOException {
    if (file.isPresent()) {
      file.get().close();
    }
  }
}
