package dev.ckpt.rstr.file;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Netlink;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileNetlinkSocket;
import dev.ckpt.rstr.Checks;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/** Makes netlink sockets: bound first, for that would set the groups anew. */
final class NetlinkSocket implements FileKind {
  @Override
  public void check(Checks checks) throws CkptException {
    for (FileNetlinkSocket socket : checks.state().shared(FileNetlinkSocket.class).values()) {
      if (socket.portId() != 0) {
        tryPortId(checks, socket);
      }
    }
  }

  private static void tryPortId(Checks checks, FileNetlinkSocket socket) throws CkptException {
    try (Fd probe = Sockets.open(Socket.AF_NETLINK, socket.sockType(), socket.protocol())) {
      Sockets.bind(probe, Netlink.address(socket.portId(), 0));
    } catch (SyscallException e) {
      if (e.errno() != Errno.EADDRINUSE) {
        throw e;
      }
      String id = Integer.toUnsignedString(socket.portId());
      checks.refuse(
          RefusalCode.PORT_TAKEN,
          "netlink port id " + id + " of protocol " + socket.protocol(),
          "end what uses it, or wait until it is free");
    }
  }

  @Override
  public void restore(Files files) throws CkptException {
    for (Map.Entry<Integer, FileNetlinkSocket> entry :
        files.state().shared(FileNetlinkSocket.class).entrySet()) {
      FileNetlinkSocket socket = entry.getValue();
      int number = create(files, socket);
      SocketOptions.restore(files.run(), number, socket.options());
      SocketFilters.restore(files, entry.getKey(), number);
      if (socket.portId() != 0) {
        address(files, SyscallNumbers.BIND, "bind", number, Netlink.address(socket.portId(), 0));
      }
      join(files, number, socket.groups());
      if (socket.peerPortId() != 0 || socket.peerGroups() != 0) {
        byte[] peer = Netlink.address(socket.peerPortId(), socket.peerGroups());
        address(files, SyscallNumbers.CONNECT, "connect", number, peer);
      }
      files.run().call("fchown", SyscallNumbers.FCHOWN, number, socket.uid(), -1);
      files.setFlags(number, socket.flags());
      files.opened(entry.getKey(), number);
    }
  }

  private static int create(Files files, FileNetlinkSocket socket) throws CkptException {
    Batch batch = files.run().room(3, 0);
    Batch.Result fd =
        batch.call(
            "socket",
            SyscallNumbers.SOCKET,
            Socket.AF_NETLINK,
            socket.sockType(),
            socket.protocol());
    return files.moved(batch, fd);
  }

  private static void address(Files files, int call, String name, int number, byte[] address)
      throws CkptException {
    Batch batch = files.run().room(1, address.length);
    batch.call(name, call, number, batch.data(address), address.length);
  }

  /** One group at a time: bind(2) knows the first 32 only. */
  private static void join(Files files, int number, ByteString groups) throws CkptException {
    for (int bit = 0; bit < groups.length() * Byte.SIZE; bit++) {
      if ((groups.byteAt(bit / Byte.SIZE) >> bit % Byte.SIZE & 1) != 0) {
        ByteBuffer group = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        Batch batch = files.run().room(1, Long.BYTES);
        batch.call(
            "setsockopt(NETLINK_ADD_MEMBERSHIP)",
            SyscallNumbers.SETSOCKOPT,
            number,
            Netlink.SOL_NETLINK,
            Netlink.NETLINK_ADD_MEMBERSHIP,
            batch.data(group.putInt(bit + 1).array()),
            Integer.BYTES);
      }
    }
  }
}
