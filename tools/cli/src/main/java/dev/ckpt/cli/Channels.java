package dev.ckpt.cli;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.core.image.ImagePipeOutput;
import dev.ckpt.core.image.ImageTrust;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.ParentFiles;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Opens images, be they files or pipes. */
final class Channels {
  private static final int STDOUT = 1;
  private static final int STDERR = 2;
  private static final int FIRST_OWN = 3;

  private Channels() {}

  /**
   * An image to read: a file, or standard input, which is then /dev/null when it was closed (the
   * JVM never leaves one of the first three descriptors unused).
   */
  @MustBeClosed
  static ReadableByteChannel open(Path image) throws IOException {
    return open(image, FileChannel::open);
  }

  /**
   * The same of one that is to be restored: nobody else may have written it, unless it is piped.
   */
  @MustBeClosed
  static ReadableByteChannel openTrusted(Path image) throws IOException {
    boolean file = Files.isRegularFile(image) && Files.isReadable(image);
    return open(image, file ? ImageTrust::open : FileChannel::open);
  }

  @MustBeClosed
  @SuppressWarnings("MustBeClosed") // what is opened here belongs to what is returned
  private static ReadableByteChannel open(Path image, ParentFiles.Opener opener)
      throws IOException {
    if (CkptCommand.isPipe(image)) {
      return new Named(new FileInputStream(FileDescriptor.in).getChannel(), "standard input");
    }
    refuseFolder(image);
    return new Named(opener.open(image), "image " + image);
  }

  /** An image whose pages are read in any order. */
  @MustBeClosed
  static FileChannel openFile(Path image) throws IOException {
    refuseFolder(image);
    return FileChannel.open(image);
  }

  private static void refuseFolder(Path image) throws UnsupportedStateException {
    if (Files.isDirectory(image)) {
      throw new UnsupportedStateException(
          List.of(
              new Refusal(
                  RefusalCode.IMAGE_IS_FOLDER,
                  "image " + image + " is a folder",
                  "name a file in it")));
    }
  }

  /**
   * An image that goes to standard output, through another descriptor for it. The first one leads
   * to standard error from now on: a byte that anybody else prints would damage the image. NB: the
   * JVM itself prints its threads there on SIGQUIT, which Ctrl-\\ sends.
   */
  @SuppressWarnings("MustBeClosed") // two are not ours to close, the other belongs to the output
  static ImageOutput stdout() throws SyscallException {
    Fd out = new Fd(new Fd(STDOUT).fcntl(Fcntl.F_DUPFD_CLOEXEC, FIRST_OWN));
    new Fd(STDERR).copyTo(STDOUT);
    return new ImagePipeOutput(out);
  }

  /** Refuses to write over an image, e.g. where the names of a command got mixed up. */
  static void refuseToLoseImage(Path file) throws IOException {
    if (Files.isRegularFile(file) && Files.isReadable(file) && ImageFile.isImage(file)) {
      throw new CkptException(
          FailureCode.IMAGE_WOULD_BE_LOST, file + " is an image: name another file");
    }
  }

  /**
   * A channel whose errors say what could not be read.
   *
   * @param channel what is read
   * @param name of it, for people
   */
  private record Named(ReadableByteChannel channel, String name) implements ReadableByteChannel {
    @Override
    public int read(ByteBuffer target) throws IOException {
      try {
        return channel.read(target);
      } catch (IOException e) {
        throw new CkptException(FailureCode.IO_FAILED, name + ": " + e.getMessage(), e);
      }
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
