package dev.ckpt.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Notices when nobody reads any more what is written, as behind {@code | head}. */
final class NoticingStream extends FilterOutputStream {
  /** What strerror(3) makes of EPIPE; the command runs in the locale C.UTF-8. */
  private static final String EPIPE = "Broken pipe";

  private boolean readerGone;

  NoticingStream(OutputStream out) {
    super(out);
  }

  boolean readerGone() {
    return readerGone;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int len) throws IOException {
    try {
      out.write(bytes, from, len);
    } catch (IOException e) {
      readerGone |= EPIPE.equals(e.getMessage());
      throw e;
    }
  }
}
