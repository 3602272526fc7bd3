package dev.ckpt.core.kernel;

import dev.ckpt.core.error.SyscallException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;

/**
 * A descriptor as a Java channel, for the image reader and writer.
 *
 * <p>Only direct buffers. Blocks as the descriptor does. Closing the channel closes the descriptor.
 */
public final class FdChannel implements ByteChannel {
  private final Fd fd;
  private final String owner;
  private boolean open = true;

  /** Takes ownership of the descriptor. */
  public FdChannel(Fd fd) {
    this.fd = fd;
    this.owner = "";
  }

  /** The same; errors name what it leads to. */
  public FdChannel(Fd fd, String name) {
    this.fd = fd;
    this.owner = "[" + name + "]";
  }

  /** The descriptor, still owned by the channel. */
  public Fd fd() {
    return fd;
  }

  @Override
  public int read(ByteBuffer target) throws SyscallException {
    if (!target.hasRemaining()) {
      return 0;
    }
    long address = NativeBuffer.addressOf(target) + target.position();
    while (true) {
      long n = LibC.read(fd.number(), address, target.remaining());
      if (n > 0) {
        target.position(target.position() + (int) n);
        return (int) n;
      }
      if (n == 0) {
        return -1;
      }
      if (Call.errno() != Errno.EINTR) {
        throw Call.failure(Call.errno(), owner, "read", fd.number(), target.remaining());
      }
    }
  }

  @Override
  public int write(ByteBuffer source) throws SyscallException {
    if (!source.hasRemaining()) {
      return 0;
    }
    long address = NativeBuffer.addressOf(source) + source.position();
    while (true) {
      long n = LibC.write(fd.number(), address, source.remaining());
      if (n >= 0) {
        source.position(source.position() + (int) n);
        return (int) n;
      }
      if (Call.errno() != Errno.EINTR) {
        throw Call.failure(Call.errno(), owner, "write", fd.number(), source.remaining());
      }
    }
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    open = false;
    fd.close();
  }
}
