package dev.ckpt.cli;

import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * An image that a signal can take back until it is published; from then on it stays.
 *
 * <p>Threading: any thread may take it back or close it while another writes.
 */
final class RevocableOutput implements ImageOutput, Ending.Interruptible {
  private final ImageOutput image;
  private final WritableByteChannel channel = new Channel();
  private volatile boolean revoked;
  private boolean published;
  private boolean closed;

  /** Takes over an output; closes it. */
  RevocableOutput(ImageOutput image) {
    this.image = image;
  }

  @Override
  public WritableByteChannel channel() {
    return channel;
  }

  @Override
  public boolean isPrompt() {
    return image.isPrompt();
  }

  @Override
  public synchronized void publish() throws IOException {
    refuseRevoked();
    image.publish();
    published = true;
  }

  @Override
  public void sync() throws IOException {
    image.sync();
  }

  /** Whether it was taken back. */
  boolean revoked() {
    return revoked;
  }

  @Override
  public synchronized boolean interrupt() {
    revoked = !published;
    return revoked;
  }

  @Override
  public void abandon() {
    try {
      close();
    } catch (IOException e) {
      // We are on the way out and the signal has its own exit code: nobody is left to be told.
      revoked = true;
    }
  }

  @Override
  public synchronized void close() throws IOException {
    if (!closed) {
      closed = true;
      image.close();
    }
  }

  private void refuseRevoked() throws CkptException {
    if (revoked) {
      throw new CkptException(Code.INTERRUPTED, "a signal came before the image was whole");
    }
  }

  private final class Channel implements WritableByteChannel {
    @Override
    public int write(ByteBuffer source) throws IOException {
      refuseRevoked();
      return image.channel().write(source);
    }

    @Override
    public boolean isOpen() {
      return image.channel().isOpen();
    }

    /** The output is closed as a whole. */
    @Override
    public void close() {}
  }
}
