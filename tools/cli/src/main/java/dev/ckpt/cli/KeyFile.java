package dev.ckpt.cli;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FdChannel;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.Limits;
import dev.ckpt.format.SealSecret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A file with the secret of sealed images; also a pipe, as /dev/fd/N or {@code <(command)}. */
final class KeyFile {
  private static final int OTHERS = 077;

  private KeyFile() {}

  /**
   * Reads all of it.
   *
   * @throws UnsupportedStateException when others may read it, or it is too short or long for a key
   */
  static SealSecret read(Path path) throws IOException {
    // Nothing of it stays in a buffer that the JVM would not wipe.
    byte[] content = new byte[Limits.MAX_KEY_FILE_BYTES + 1];
    ByteBuffer buffer = ByteBuffer.allocateDirect(content.length);
    try (Fd fd = Fd.open(path.toString(), Fcntl.O_RDONLY | Fcntl.O_NOCTTY)) {
      check(path, FileStat.of("/proc/self/fd/" + fd.number()));
      FdChannel channel = new FdChannel(fd, "key file " + path);
      while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
        // NB: a read may give less than was asked for.
      }
      int nr = buffer.flip().remaining();
      buffer.get(content, 0, nr);
      if (nr < Limits.MIN_KEY_FILE_BYTES || nr > Limits.MAX_KEY_FILE_BYTES) {
        throw refused(
            path,
            nr < Limits.MIN_KEY_FILE_BYTES ? "has " + nr + " bytes" : "is longer than 64 KiB",
            "make one of 32 random bytes: head -c 32 /dev/urandom");
      }
      return SealSecret.ofKeyFile(Arrays.copyOf(content, nr));
    } catch (SyscallException e) {
      throw switch (e.errno()) {
        case Errno.ENOENT -> new NoSuchFileException(path.toString());
        case Errno.EACCES -> new AccessDeniedException(path.toString());
        default -> e;
      };
    } finally {
      Arrays.fill(content, (byte) 0);
      buffer.clear().put(content);
    }
  }

  private static void check(Path path, FileStat stat) throws CkptException {
    int type = stat.mode() & FileStat.S_IFMT;
    if (type == FileStat.S_IFDIR) {
      throw refused(path, "is a folder", "name a file in it");
    }
    if (type == FileStat.S_IFREG && (stat.mode() & OTHERS) != 0) {
      throw refused(
          path, "may be read or written by others", "chmod 600 it, if it is still secret");
    }
  }

  private static CkptException refused(Path path, String why, String remedy) {
    return new UnsupportedStateException(
        List.of(new Refusal(RefusalCode.KEY_FILE, "key file " + path + " " + why, remedy)));
  }
}
