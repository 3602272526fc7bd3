package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Files;
import dev.ckpt.core.kernel.PipePair;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads what waits in a pipe without taking it out: tee(2) into a pipe of ours.
 *
 * <p>Borders between buffers are kept, for a pipe is full when its buffers are taken, however
 * little each holds, and each may be a packet. They show when the buffers are moved one by one
 * through a pipe that has room for one.
 *
 * <p>NB: a packet is one because O_DIRECT was set when it was written. The flag may be gone since,
 * with the descriptor. So each buffer tells for itself: with a mark behind it, one read gives the
 * packet alone, and the mark too of what is none.
 */
final class PipeContent {
  private static final int TWO_BUFFERS = 8192;
  private static final byte[] MARK = {0};

  /**
   * What waits.
   *
   * @param packets whether each buffer is a packet
   */
  record Content(List<ByteString> buffers, boolean packets) {
    static final Content NONE = new Content(List.of(), false);
  }

  private PipeContent() {}

  /**
   * Copies the content.
   *
   * @param pipe any end of the pipe, open for reading
   * @param capacityBytes the pipe's size, which ours gets too so that all of it fits
   * @param who names the pipe in a refusal
   * @throws UnsupportedStateException if some of it are packets and some are not
   */
  static Content peek(Fd pipe, int capacityBytes, String who) throws CkptException {
    List<ByteString> buffers = new ArrayList<>();
    int nrPackets = 0;
    try (PipePair copy = PipePair.open(0);
        PipePair sieve = PipePair.open(0)) {
      copy.resize(capacityBytes);
      sieve.resize(TWO_BUFFERS);
      // A mark takes one of its two buffers, so that one of the copy goes in at a time.
      sieve.write(MARK);
      long left = Files.tee(pipe, copy.writeEnd(), Integer.MAX_VALUE);
      while (left > 0) {
        int n = Math.toIntExact(Files.splice(copy.readEnd(), sieve.writeEnd(), Integer.MAX_VALUE));
        sieve.read(MARK.length);
        sieve.write(MARK);
        byte[] got = sieve.read(n + MARK.length);
        if (got.length == n) {
          nrPackets++;
        } else {
          sieve.write(MARK);
        }
        buffers.add(ByteString.of(Arrays.copyOf(got, n)));
        left -= n;
      }
    }
    if (nrPackets != 0 && nrPackets != buffers.size()) {
      throw new UnsupportedStateException(
          List.of(
              new Refusal(
                  RefusalCode.PIPE_MIXED,
                  who + " holds packets and other content",
                  "have it read before the dump")));
    }
    return new Content(buffers, nrPackets != 0);
  }
}
