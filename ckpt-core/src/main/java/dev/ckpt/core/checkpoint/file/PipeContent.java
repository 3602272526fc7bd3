package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Files;
import dev.ckpt.core.kernel.PipePair;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads what waits in a pipe without taking it out: tee(2) into a pipe of ours.
 *
 * <p>Borders between buffers are kept, for a pipe is full when its buffers are taken, however
 * little each holds, and in packet mode each is a packet. They show when the buffers are moved one
 * by one through a pipe that has room for one.
 */
final class PipeContent {
  private static final int ONE_BUFFER = 4096;

  private PipeContent() {}

  /**
   * Copies the content.
   *
   * @param pipe any end of the pipe, open for reading
   * @param capacityBytes the pipe's size, which ours gets too so that all of it fits
   */
  static List<ByteString> peek(Fd pipe, int capacityBytes) throws CkptException {
    List<ByteString> buffers = new ArrayList<>();
    try (PipePair copy = PipePair.open(0);
        PipePair single = PipePair.open(0)) {
      copy.resize(capacityBytes);
      single.resize(ONE_BUFFER);
      long left = Files.tee(pipe, copy.writeEnd(), Integer.MAX_VALUE);
      while (left > 0) {
        long n = Files.splice(copy.readEnd(), single.writeEnd(), Integer.MAX_VALUE);
        buffers.add(ByteString.of(single.read(Math.toIntExact(n))));
        left -= n;
      }
    }
    return buffers;
  }
}
