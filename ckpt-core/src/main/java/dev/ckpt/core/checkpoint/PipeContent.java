package dev.ckpt.core.checkpoint;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FdChannel;
import dev.ckpt.core.kernel.Files;
import dev.ckpt.error.CkptException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads what waits in a pipe without taking it out: tee(2) into a pipe of ours, which is read.
 *
 * <p>A pipe in packet mode (O_DIRECT) keeps the borders between packets: each comes out of a read
 * of its own and is kept with its length before it.
 */
final class PipeContent {
  private PipeContent() {}

  /**
   * Copies the content.
   *
   * @param pipe any end of the pipe, open for reading
   * @param capacityBytes the pipe's size, which ours gets too so that all of it fits
   * @param packets whether borders are kept, each packet as u32 length and bytes
   */
  static byte[] peek(Fd pipe, int capacityBytes, boolean packets) throws CkptException {
    Fd[] ours = Files.pipe();
    try (Fd readEnd = ours[0];
        Fd writeEnd = ours[1]) {
      writeEnd.fcntl(Fcntl.F_SETPIPE_SZ, capacityBytes);
      long copied = Files.tee(pipe, writeEnd, Integer.MAX_VALUE);
      return copied == 0 ? new byte[0] : drain(readEnd, copied, packets);
    }
  }

  private static byte[] drain(Fd readEnd, long lenBytes, boolean packets) throws CkptException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
    long left = lenBytes;
    FdChannel channel = new FdChannel(readEnd);
    while (left > 0) {
      buffer.clear();
      int n = channel.read(buffer);
      if (n <= 0) {
        throw new SyscallException("", "read", "pipe content", Errno.EIO);
      }
      left -= n;
      byte[] bytes = new byte[n];
      buffer.flip().get(bytes);
      if (packets) {
        content.writeBytes(
            ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(n)
                .array());
      }
      content.writeBytes(bytes);
    }
    return content.toByteArray();
  }
}
