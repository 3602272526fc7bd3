package dev.ckpt.core.image;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FdChannel;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** An image sent down a descriptor; its tail is its publication. */
public final class ImagePipeOutput implements ImageOutput {
  private static final String NAME = "image on standard output";

  private final FdChannel pipe;
  private final WritableByteChannel channel = new Explained();

  /** Takes ownership of the descriptor, which standard output is or was. */
  public ImagePipeOutput(Fd fd) {
    this.pipe = new FdChannel(fd, NAME);
  }

  @Override
  public WritableByteChannel channel() {
    return channel;
  }

  @Override
  public void publish() {
    // The last byte was accepted, or writing it had failed.
  }

  @Override
  public void sync() {
    // Not ours to say where the bytes went.
  }

  @Override
  public void close() {
    pipe.close();
  }

  /** What it means that it takes no more. */
  private static CkptException explain(SyscallException e) {
    return switch (e.errno()) {
      case Errno.EPIPE, Errno.ECONNRESET ->
          new CkptException(
              FailureCode.OUTPUT_LOST,
              NAME + ": its reader has ended, " + Errno.describe(e.errno()) + ": see what it says",
              e);
      case Errno.ENOSPC, Errno.EDQUOT, Errno.EFBIG ->
          new CkptException(
              FailureCode.IMAGE_NO_ROOM,
              NAME
                  + " does not fit where it goes, "
                  + Errno.describe(e.errno())
                  + ": make room there",
              e);
      default -> e;
    };
  }

  private final class Explained implements WritableByteChannel {
    @Override
    public int write(ByteBuffer source) throws IOException {
      try {
        return pipe.write(source);
      } catch (SyscallException e) {
        throw explain(e);
      }
    }

    @Override
    public boolean isOpen() {
      return pipe.isOpen();
    }

    @Override
    public void close() {
      pipe.close();
    }
  }
}
