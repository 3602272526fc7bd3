package dev.ckpt.rstr.file;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Packet;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.record.Fd;
import dev.ckpt.format.record.FilePacketSocket;
import dev.ckpt.format.record.PacketMembership;
import dev.ckpt.rstr.Checks;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * Makes packet sockets: bound last, so that nothing comes in that their filter would not let in.
 */
final class PacketSocket implements FileKind {
  @Override
  public void check(Checks checks) throws CkptException {
    for (Map.Entry<Integer, FilePacketSocket> entry :
        checks.state().shared(FilePacketSocket.class).entrySet()) {
      FilePacketSocket socket = entry.getValue();
      trySocket(checks, socket);
      if (socket.ifindex() != 0) {
        Interfaces.check(checks, socket.device(), socket.ifindex(), "a packet socket");
      }
      for (PacketMembership each : socket.memberships()) {
        Interfaces.check(checks, each.device(), each.ifindex(), "a packet socket's membership");
      }
      if (socket.unreadBytes() > 0) {
        checks.note(
            "socket: packets that waited in fd "
                + fd(checks, entry.getKey())
                + ", "
                + socket.unreadBytes()
                + " bytes of memory, are not kept");
      }
    }
  }

  private static int fd(Checks checks, int objref) throws CkptException {
    return checks.state().all(Fd.class).stream()
        .filter(fd -> fd.file() == objref)
        .mapToInt(Fd::fd)
        .findFirst()
        .orElse(-1);
  }

  /** Makes a socket of ours that hears nothing, with the same options, and closes it again. */
  private static void trySocket(Checks checks, FilePacketSocket socket) throws CkptException {
    try (dev.ckpt.core.kernel.Fd probe = Sockets.open(Socket.AF_PACKET, socket.sockType(), 0)) {
      SocketOptions.set(probe, socket.options());
    } catch (SyscallException e) {
      if (e.errno() != Errno.EPERM) {
        throw e;
      }
      String it = "socket:[" + socket.inode() + "] (" + e.getMessage() + ")";
      checks.refuse(RefusalCode.NO_RIGHT_TO_NET, it, RefusalCode.NO_RIGHT_TO_NET.remedy());
    }
  }

  @Override
  public void restore(Files files) throws CkptException {
    for (Map.Entry<Integer, FilePacketSocket> entry :
        files.state().shared(FilePacketSocket.class).entrySet()) {
      FilePacketSocket socket = entry.getValue();
      int number = create(files, socket);
      SocketOptions.restore(files.run(), number, socket.options());
      SocketFilters.restore(files, entry.getKey(), number);
      for (PacketMembership each : socket.memberships()) {
        join(files, number, each);
      }
      if (socket.protocol() != 0 || socket.ifindex() != 0) {
        bind(files, number, socket);
      }
      if (socket.grouped() == 1) {
        ByteBuffer group = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        group.putInt(socket.fanout());
        set(files, number, "PACKET_FANOUT", Packet.PACKET_FANOUT, group.array());
      }
      files.run().call("fchown", SyscallNumbers.FCHOWN, number, socket.uid(), -1);
      files.setFlags(number, socket.flags());
      files.opened(entry.getKey(), number);
    }
  }

  /** With protocol 0: it hears nothing yet. */
  private static int create(Files files, FilePacketSocket socket) throws CkptException {
    Batch batch = files.run().room(3, 0);
    Batch.Result fd =
        batch.call("socket", SyscallNumbers.SOCKET, Socket.AF_PACKET, socket.sockType(), 0);
    return files.moved(batch, fd);
  }

  private static void join(Files files, int number, PacketMembership membership)
      throws CkptException {
    byte[] request =
        Packet.membership(
            membership.ifindex(), membership.type(), membership.address().toByteArray());
    for (int i = 0; i < membership.count(); i++) {
      set(files, number, "PACKET_ADD_MEMBERSHIP", Packet.PACKET_ADD_MEMBERSHIP, request);
    }
  }

  private static void set(Files files, int number, String text, int name, byte[] value)
      throws CkptException {
    Batch batch = files.run().room(1, value.length);
    batch.call(
        "setsockopt(" + text + ")",
        SyscallNumbers.SETSOCKOPT,
        number,
        Packet.SOL_PACKET,
        name,
        batch.data(value),
        value.length);
  }

  /**
   * NB: bind(2) to an interface that is down leaves an error, ENETDOWN. Where it was down at the
   * dump the task knows, or it was never said; where it has gone down since, it is to hear of it.
   */
  private static void bind(Files files, int number, FilePacketSocket socket) throws CkptException {
    byte[] address = Packet.address(socket.protocol(), socket.ifindex());
    Batch batch = files.run().room(2, address.length + 2 * Long.BYTES);
    batch.call("bind", SyscallNumbers.BIND, number, batch.data(address), address.length);
    if (socket.running() == 0) {
      Batch.Data error = batch.space(Long.BYTES);
      Batch.Data len = batch.space(Long.BYTES);
      batch.putInt(len, 0, Integer.BYTES);
      batch.call(
          "getsockopt(SO_ERROR)",
          SyscallNumbers.GETSOCKOPT,
          number,
          Socket.SOL_SOCKET,
          Socket.SO_ERROR,
          error,
          len);
    }
  }
}
