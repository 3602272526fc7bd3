package dev.ckpt.cli;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.core.image.ImagePipeOutput;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Opens images, be they files or pipes. */
final class Channels {
  private static final int STDOUT = 1;
  private static final int FIRST_OWN = 3;

  private Channels() {}

  /**
   * An image to read: a file, or standard input, which is then /dev/null when it was closed (the
   * JVM never leaves one of the first three descriptors unused).
   */
  @MustBeClosed
  static ReadableByteChannel open(Path image) throws IOException {
    return CkptCommand.isPipe(image)
        ? new FileInputStream(FileDescriptor.in).getChannel()
        : FileChannel.open(image, StandardOpenOption.READ);
  }

  /**
   * An image that goes to standard output, through a second descriptor for it: the first one stays
   * open when the image is closed.
   */
  @SuppressWarnings("MustBeClosed") // one is not ours to close, the other belongs to the output
  static ImageOutput stdout() throws SyscallException {
    Fd borrowed = new Fd(STDOUT);
    return new ImagePipeOutput(new Fd(borrowed.fcntl(Fcntl.F_DUPFD_CLOEXEC, FIRST_OWN)));
  }
}
