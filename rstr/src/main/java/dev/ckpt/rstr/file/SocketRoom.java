package dev.ckpt.rstr.file;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Gives a socket plenty of room while it is filled: the same bytes may take more of it than before,
 * when they are cut otherwise. Takes CAP_NET_ADMIN.
 */
final class SocketRoom implements AutoCloseable {
  /** Which of its two buffers. */
  enum Direction {
    SENDING(Socket.SO_SNDBUF, Socket.SO_SNDBUFFORCE),
    RECEIVING(Socket.SO_RCVBUF, Socket.SO_RCVBUFFORCE);

    private final int size;
    private final int force;

    Direction(int size, int force) {
      this.size = size;
      this.force = force;
    }
  }

  private static final int ROOMY_BYTES = 64 << 20;

  private final Fd socket;
  private final Direction direction;
  private final int lenBytes;
  private final Optional<byte[]> locks;

  SocketRoom(Fd socket, Direction direction) throws SyscallException {
    this.socket = socket;
    this.direction = direction;
    this.lenBytes = Sockets.optionInt(socket, Socket.SOL_SOCKET, direction.size);
    this.locks = Sockets.option(socket, Socket.SOL_SOCKET, Socket.SO_BUF_LOCK);
    set(ROOMY_BYTES);
  }

  private void set(int value) throws SyscallException {
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    Sockets.setOption(socket, Socket.SOL_SOCKET, direction.force, bytes.putInt(value).array());
  }

  /** Gives it back what it had. NB: the kernel doubles what it is given, and tells the double. */
  @Override
  public void close() throws SyscallException {
    set(lenBytes / 2);
    if (locks.isPresent()) {
      Sockets.setOption(socket, Socket.SOL_SOCKET, Socket.SO_BUF_LOCK, locks.get());
    }
  }
}
