package dev.ckpt.cli;

import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.core.image.ImageWindow;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An image that a signal can take back until it is published; from then on it stays.
 *
 * <p>Threading: any thread may take it back or close it while another writes.
 */
final class RevocableOutput implements ImageOutput, Revocation.Revocable {
  private final ImageOutput image;
  private final WritableByteChannel channel = new Channel();
  private final AtomicInteger writes = new AtomicInteger();
  private final String lastWords;
  private volatile boolean revoked;
  private boolean published;
  private boolean closed;

  /**
   * Takes over an output; closes it.
   *
   * @param lastWords what is said when it is taken back
   */
  RevocableOutput(ImageOutput image, String lastWords) {
    this.image = image;
    this.lastWords = lastWords;
  }

  @Override
  public WritableByteChannel channel() {
    return channel;
  }

  @Override
  public void skip(long lenBytes) throws IOException {
    refuseRevoked();
    image.skip(lenBytes);
  }

  @Override
  public boolean isPrompt() {
    return image.isPrompt();
  }

  /** NB: it stays what it is when the image is taken back, for somebody may be reading into it. */
  @Override
  public Optional<ImageWindow> window(long lenBytes) throws IOException {
    refuseRevoked();
    return image.window(lenBytes);
  }

  @Override
  public void requireWanted() throws CkptException {
    refuseRevoked();
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
  @Override
  public boolean revoked() {
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

  /** From a pipe that nobody reads, say. */
  @Override
  public boolean isStuck() {
    return revoked && writes.get() > 0;
  }

  @Override
  public String lastWords() {
    return lastWords;
  }

  private void refuseRevoked() throws CkptException {
    if (revoked) {
      throw new CkptException(FailureCode.INTERRUPTED, "a signal came before the image was whole");
    }
  }

  private final class Channel implements WritableByteChannel {
    @Override
    public int write(ByteBuffer source) throws IOException {
      writes.incrementAndGet();
      try {
        refuseRevoked();
        return image.channel().write(source);
      } finally {
        writes.decrementAndGet();
      }
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
