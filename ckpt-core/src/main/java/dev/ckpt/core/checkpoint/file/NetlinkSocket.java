package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.checkpoint.SurveyContext;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Netlink;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileNetlinkSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A netlink socket that asks questions and hears of changes: NETLINK_ROUTE, NETLINK_SOCK_DIAG,
 * NETLINK_KOBJECT_UEVENT. Behind the other protocols the kernel may keep state by the socket's port
 * id, which nothing shows; so one of those is saved only while it has no port id. It gets one when
 * it is bound, connected, or first sent from.
 */
final class NetlinkSocket implements FileKind {
  private static final Set<Integer> STATELESS =
      Set.of(Netlink.NETLINK_ROUTE, Netlink.NETLINK_SOCK_DIAG, Netlink.NETLINK_KOBJECT_UEVENT);

  private static final int[][] OPTIONS = {
    {Netlink.SOL_NETLINK, Netlink.NETLINK_PKTINFO},
    {Netlink.SOL_NETLINK, Netlink.NETLINK_BROADCAST_ERROR},
    {Netlink.SOL_NETLINK, Netlink.NETLINK_NO_ENOBUFS},
    {Netlink.SOL_NETLINK, Netlink.NETLINK_LISTEN_ALL_NSID},
    {Netlink.SOL_NETLINK, Netlink.NETLINK_CAP_ACK},
    {Netlink.SOL_NETLINK, Netlink.NETLINK_EXT_ACK},
    {Netlink.SOL_NETLINK, Netlink.NETLINK_GET_STRICT_CHK}
  };

  private final Map<OpenFile, FileNetlinkSocket> records = new HashMap<>();
  private SocketFilters filters;

  @Override
  public void survey(Files files, List<OpenFile> mine) throws CkptException {
    SocketRefusals common = new SocketRefusals(files);
    filters = new SocketFilters(files.target());
    common.refuseShared(mine);
    for (OpenFile file : mine) {
      try (Fd socket = files.duplicate(file)) {
        int protocol = Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_PROTOCOL);
        if (!STATELESS.contains(protocol) && !isUntouched(socket)) {
          refuse(files.target(), RefusalCode.FD_SOCKET, file, "is of netlink protocol " + protocol);
        } else if (!common.refuses(file, socket)) {
          filters.survey(file, socket);
          records.put(file, record(file, socket, protocol));
          // A dump that goes on has an answer in the queue too: reading it makes the next.
          if (Sockets.receivedBytes(socket) != 0) {
            refuse(
                files.target(), RefusalCode.SOCKET_QUEUE, file, "has answers or news in its queue");
          }
        }
      }
    }
  }

  private static boolean isUntouched(Fd socket) throws SyscallException {
    return Netlink.portId(Sockets.name(socket)) == 0 && hearsNothing(memberships(socket));
  }

  private static boolean hearsNothing(byte[] memberships) {
    for (byte groups : memberships) {
      if (groups != 0) {
        return false;
      }
    }
    return true;
  }

  private static byte[] memberships(Fd socket) throws SyscallException {
    return Sockets.option(socket, Netlink.SOL_NETLINK, Netlink.NETLINK_LIST_MEMBERSHIPS)
        .orElseThrow();
  }

  private static void refuse(SurveyContext context, Code code, OpenFile file, String what) {
    String remedy =
        code == RefusalCode.SOCKET_QUEUE
            ? "let the task receive them"
            : "this version cannot save it; close it before the dump";
    context.refusals().add(code, SocketRefusals.name(file) + " " + what, remedy);
  }

  private static FileNetlinkSocket record(OpenFile file, Fd socket, int protocol)
      throws SyscallException {
    byte[] peer = Sockets.peer(socket).orElseThrow();
    return new FileNetlinkSocket(
        file.stat().ino(),
        file.flags(),
        Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_TYPE),
        protocol,
        file.stat().uid(),
        Netlink.portId(Sockets.name(socket)),
        Netlink.portId(peer),
        Netlink.groups(peer),
        ByteString.of(memberships(socket)),
        SocketOptions.of(socket, OPTIONS));
  }

  @Override
  public int save(Files files, OpenFile file) {
    int objref = files.context().addTarget(records.get(file));
    filters.save(files.context(), file, objref);
    return objref;
  }
}
