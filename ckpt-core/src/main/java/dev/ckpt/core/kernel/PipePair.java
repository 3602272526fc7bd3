package dev.ckpt.core.kernel;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/** A pipe of our own, both ends. */
public final class PipePair implements AutoCloseable {
  private final Fd readEnd;
  private final Fd writeEnd;

  private PipePair(Fd readEnd, Fd writeEnd) {
    this.readEnd = readEnd;
    this.writeEnd = writeEnd;
  }

  /** Opens one with flags such as O_DIRECT; close-on-exec is added. */
  @MustBeClosed
  public static PipePair open(int flags) throws SyscallException {
    NativeBuffer fds = NativeBuffer.allocate(8);
    Call.check(LibC.pipe2(fds.address(), flags | Fcntl.O_CLOEXEC), "", "pipe2", flags);
    return new PipePair(new Fd(fds.getInt(0)), new Fd(fds.getInt(4)));
  }

  /** The end to read from. */
  public Fd readEnd() {
    return readEnd;
  }

  /** The end to write to. */
  public Fd writeEnd() {
    return writeEnd;
  }

  /** Sets how much it takes; the kernel rounds up to a power of two pages. */
  public void resize(int capacityBytes) throws SyscallException {
    writeEnd.fcntl(Fcntl.F_SETPIPE_SZ, capacityBytes);
  }

  /** Writes all of it, blocking when it is full. */
  public void write(byte[] content) throws SyscallException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(content.length).put(content).flip();
    long address = NativeBuffer.addressOf(buffer);
    long done = 0;
    while (done < content.length) {
      done +=
          Call.check(
              LibC.write(writeEnd.number(), address + done, content.length - done),
              "",
              "write",
              writeEnd.number(),
              content.length);
    }
    Reference.reachabilityFence(buffer);
  }

  /** Reads what one read gives, at most so much. */
  public byte[] read(int maxBytes) throws SyscallException {
    NativeBuffer buffer = NativeBuffer.allocate(maxBytes);
    long n = readEnd.read(buffer.address(), maxBytes);
    return buffer.getBytes(0, (int) n);
  }

  @Override
  public void close() {
    writeEnd.close();
    readEnd.close();
  }
}
