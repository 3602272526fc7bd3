package dev.ckpt.core.image;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;

/**
 * Whether to restore what an image says. Its code runs with our rights, so nobody else may have
 * written it: it belongs to us or to root, and no others can write to it.
 */
public final class ImageTrust {
  private static final int WRITABLE_BY_OTHERS = 022;

  private ImageTrust() {}

  /**
   * Opens an image file that may be trusted.
   *
   * @throws UnsupportedStateException if others may have written it
   */
  @MustBeClosed
  public static FileChannel open(Path image) throws IOException {
    try (Fd file = openFd(image)) {
      // NB: the very file that was looked at is read, whatever has its name by now.
      return FileChannel.open(pathOf(file));
    }
  }

  /** The same as a descriptor. */
  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  public static Fd openFd(Path image) throws IOException {
    Fd file = Fd.open(image.toString(), Fcntl.O_RDONLY);
    boolean trusted = false;
    try {
      check(image, FileStat.of(pathOf(file).toString()));
      trusted = true;
      return file;
    } finally {
      if (!trusted) {
        file.close();
      }
    }
  }

  /** A path that opens what a descriptor of ours is open for. */
  public static Path pathOf(Fd file) {
    return Path.of("/proc/self/fd/" + file.number());
  }

  private static void check(Path image, FileStat stat) throws CkptException {
    if (stat.uid() != 0 && stat.uid() != Tasks.effectiveUser()) {
      throw refused(image, "belongs to user " + stat.uid(), "have it made by you or by root");
    }
    if ((stat.mode() & WRITABLE_BY_OTHERS) != 0) {
      throw refused(
          image,
          "can be written by others",
          "if nobody has changed it, chmod go-w before the restore");
    }
  }

  private static CkptException refused(Path image, String why, String remedy) {
    return new UnsupportedStateException(
        List.of(
            new Refusal(
                RefusalCode.IMAGE_NOT_TRUSTED,
                "image " + image + " " + why,
                remedy + ", or restore with --trust-image")));
  }
}
