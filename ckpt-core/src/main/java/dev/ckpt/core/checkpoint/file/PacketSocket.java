package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.checkpoint.Refusals;
import dev.ckpt.core.checkpoint.SurveyContext;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.NetDevice;
import dev.ckpt.core.kernel.Packet;
import dev.ckpt.core.kernel.PacketDiag;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.FilePacketSocket;
import dev.ckpt.format.record.PacketMembership;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A packet socket without a ring. What waits in it is not kept: whatever passes the interface until
 * the restore is lost to it anyhow, as packets are that come while its queue is full (packet(7)).
 *
 * <p>NB: PACKET_STATISTICS is never asked for: it begins anew with each answer.
 */
final class PacketSocket implements FileKind {
  /** In the order in which a restore sets them; the second of a header's length counts. */
  private static final int[][] OPTIONS = {
    {Packet.SOL_PACKET, Packet.PACKET_VERSION},
    {Packet.SOL_PACKET, Packet.PACKET_RESERVE},
    {Packet.SOL_PACKET, Packet.PACKET_LOSS},
    {Packet.SOL_PACKET, Packet.PACKET_COPY_THRESH},
    {Packet.SOL_PACKET, Packet.PACKET_AUXDATA},
    {Packet.SOL_PACKET, Packet.PACKET_ORIGDEV},
    {Packet.SOL_PACKET, Packet.PACKET_VNET_HDR},
    {Packet.SOL_PACKET, Packet.PACKET_VNET_HDR_SZ},
    {Packet.SOL_PACKET, Packet.PACKET_TIMESTAMP},
    {Packet.SOL_PACKET, Packet.PACKET_TX_HAS_OFF},
    {Packet.SOL_PACKET, Packet.PACKET_QDISC_BYPASS},
    {Packet.SOL_PACKET, Packet.PACKET_IGNORE_OUTGOING}
  };

  private static final String CLOSE_IT = "this version cannot save it; close it before the dump";

  private final Map<OpenFile, FilePacketSocket> records = new HashMap<>();
  private SocketFilters filters;

  /** NB: a ring is mapped too, and what is mapped is refused when the task is stopped. */
  @Override
  public void preview(int pid, List<OpenFile> mine, Refusals refusals) throws CkptException {
    Map<Long, PacketDiag> diags = PacketDiag.all().orElse(Map.of());
    for (OpenFile file : mine) {
      PacketDiag diag = diags.get(file.stat().ino());
      if (diag != null && diag.hasRing()) {
        refuseRing(refusals, file);
      }
    }
  }

  private static void refuseRing(Refusals refusals, OpenFile file) {
    refusals.add(
        RefusalCode.PACKET_RING,
        SocketRefusals.name(file) + " shares a ring of packets with the kernel",
        CLOSE_IT);
  }

  @Override
  public void survey(Files files, List<OpenFile> mine) throws CkptException {
    SocketRefusals common = new SocketRefusals(files);
    common.refuseShared(mine);
    filters = new SocketFilters(files.target());
    Map<Long, PacketDiag> diags = PacketDiag.all().orElse(Map.of());
    for (OpenFile file : mine) {
      try (Fd socket = files.duplicate(file)) {
        PacketDiag diag = diags.get(file.stat().ino());
        int type = Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_TYPE);
        if (type != Socket.SOCK_RAW && type != Socket.SOCK_DGRAM) {
          refuse(files.target(), RefusalCode.FD_SOCKET, file, "is of type SOCK_PACKET");
        } else if (diag == null) {
          String what = "is a packet socket, of which this kernel does not tell enough";
          refuse(files.target(), RefusalCode.FD_SOCKET, file, what);
        } else if (diag.hasRing()) {
          refuseRing(files.target().refusals(), file);
        } else if (!common.refuses(file, socket)) {
          filters.survey(file, socket);
          look(files.target(), file, socket, diag);
        }
      }
    }
  }

  private static void refuse(SurveyContext context, Code code, OpenFile file, String what) {
    context.refusals().add(code, SocketRefusals.name(file) + " " + what, CLOSE_IT);
  }

  private void look(SurveyContext context, OpenFile file, Fd socket, PacketDiag diag)
      throws SyscallException {
    int fanout = Sockets.optionInt(socket, Packet.SOL_PACKET, Packet.PACKET_FANOUT);
    int fanoutType = fanout >> 16 & 0xff;
    if (fanoutType == Packet.PACKET_FANOUT_CBPF || fanoutType == Packet.PACKET_FANOUT_EBPF) {
      String what = "belongs to a fanout group with a program, which nobody can read";
      refuse(context, RefusalCode.SOCKET_FILTER, file, what);
      return;
    }
    byte[] name = Sockets.name(socket);
    int ifindex = Packet.ifindex(name);
    ByteString device = ifindex > 0 ? NetDevice.name(ifindex) : ByteString.of("");
    if (device.isEmpty() && ifindex != 0) {
      refuse(context, RefusalCode.FD_SOCKET, file, "is bound to an interface that is gone");
    } else if (hasTooMany(diag.memberships())) {
      refuse(context, RefusalCode.FD_SOCKET, file, "has very many memberships");
    } else {
      records.put(
          file,
          new FilePacketSocket(
              file.stat().ino(),
              file.flags(),
              Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_TYPE),
              Packet.protocol(name),
              ifindex,
              diag.running() ? 1 : 0,
              diag.grouped() ? 1 : 0,
              fanout,
              file.stat().uid(),
              Sockets.receivedBytes(socket),
              device,
              SocketOptions.of(socket, OPTIONS),
              memberships(diag)));
    }
  }

  private static boolean hasTooMany(List<PacketDiag.Membership> memberships) {
    return memberships.size() > Limits.MAX_PACKET_MEMBERSHIPS
        || memberships.stream().anyMatch(each -> each.count() > Limits.MAX_PACKET_MEMBERSHIPS);
  }

  /** The last one comes first, as each is put before the others. */
  private static List<PacketMembership> memberships(PacketDiag diag) throws SyscallException {
    List<PacketMembership> all = new ArrayList<>();
    for (PacketDiag.Membership each : diag.memberships()) {
      ByteString device = NetDevice.name(each.ifindex());
      all.add(
          0,
          new PacketMembership(each.ifindex(), device, each.type(), each.count(), each.address()));
    }
    return all;
  }

  @Override
  public int save(Files files, OpenFile file) {
    int objref = files.context().addTarget(records.get(file));
    filters.save(files.context(), file, objref);
    return objref;
  }
}
