package dev.ckpt.rstr.file;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.SocketOption;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Sets the options of a socket, in the order of the image. */
final class SocketOptions {
  private SocketOptions() {}

  /** Sets them on a socket of ours, all but sizes, to find out whether a name can be had. */
  static void set(Fd socket, List<SocketOption> options) throws SyscallException {
    for (SocketOption option : options) {
      boolean size =
          option.level() == Socket.SOL_SOCKET
              && (option.name() == Socket.SO_SNDBUF || option.name() == Socket.SO_RCVBUF);
      if (!size) {
        Sockets.setOption(socket, option.level(), option.name(), option.value().toByteArray());
      }
    }
  }

  /** Has the task set them. */
  static void restore(BatchRunner run, int number, List<SocketOption> options)
      throws CkptException {
    for (SocketOption option : options) {
      boolean common = option.level() == Socket.SOL_SOCKET;
      if (common && option.name() == Socket.SO_SNDBUF) {
        setBuffer(run, number, option, Socket.SO_SNDBUFFORCE);
      } else if (common && option.name() == Socket.SO_RCVBUF) {
        setBuffer(run, number, option, Socket.SO_RCVBUFFORCE);
      } else {
        set(run, number, option.level(), option.name(), option.value().toByteArray());
      }
    }
  }

  /**
   * Sets a buffer's size. NB: the kernel doubles what it is given, and tells the double. The limit
   * of net.core.wmem_max is passed by where we may; otherwise the task was below it too.
   */
  private static void setBuffer(BatchRunner run, int number, SocketOption option, int force)
      throws CkptException {
    ByteBuffer value = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    value.putInt(option.value().asByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getInt() / 2);
    set(run, number, option.level(), option.name(), value.array());
    Batch batch = run.room(1, value.capacity());
    Batch.Data bytes = batch.data(value.array());
    batch.tryCall(
        "setsockopt",
        SyscallNumbers.SETSOCKOPT,
        number,
        option.level(),
        force,
        bytes,
        value.capacity());
  }

  private static void set(BatchRunner run, int number, int level, int name, byte[] value)
      throws CkptException {
    Batch batch = run.room(1, value.length);
    batch.call(
        "setsockopt(" + level + ", " + name + ")",
        SyscallNumbers.SETSOCKOPT,
        number,
        level,
        name,
        batch.data(value),
        value.length);
  }
}
