package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.List;

/**
 * An open packet socket (packet(7)).
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type   field        unit, constraint
 *      0     8  u64    inode        in sockfs
 *      8     4  u32    flags        open flags
 *     12     4  u32    sockType     SOCK_DGRAM 2 or SOCK_RAW 3
 *     16     4  u32    protocol     ETH_P_ALL 3 and so on, at most 65535; 0 hears nothing
 *     20     4  u32    ifindex      number of the interface, 0 for all
 *     24     4  u32    running      0 or 1: its interface is up
 *     28     4  u32    grouped      0 or 1: it belongs to a fanout group
 *     32     4  u32    fanout       which, as PACKET_FANOUT gives it; 0 unless grouped is 1
 *     36     4  u32    uid          owner of the socket
 *     40     4  u32    unreadBytes  memory of the packets that waited, which are not kept
 *     44  4+n1  bytes  device       at most 256: name of the interface, empty for all
 *  48+n1  4+n2  list   options      at most 256 socket options
 *    ...  4+n3  list   memberships  at most 256: ifindex u32, device bytes (at most 256), type u32
 *                                   (PACKET_MR_MULTICAST 0 to PACKET_MR_UNICAST 3), count u32 (1 to
 *                                   256), address bytes (at most 32)
 * </pre>
 */
public record FilePacketSocket(
    long inode,
    int flags,
    int sockType,
    int protocol,
    int ifindex,
    int running,
    int grouped,
    int fanout,
    int uid,
    int unreadBytes,
    ByteString device,
    List<SocketOption> options,
    List<PacketMembership> memberships)
    implements ImageRecord {
  public static final int SOCK_DGRAM = 2;
  public static final int SOCK_RAW = 3;

  /** Writes and reads the payload. */
  public static final RecordCodec<FilePacketSocket> CODEC = new Codec();

  private static final int MAX_PROTOCOL = 0xffff;

  /** Checks what the layout demands. */
  public FilePacketSocket {
    Invariant.range(sockType, SOCK_DGRAM, SOCK_RAW, "sockType");
    Invariant.range(protocol, 0, MAX_PROTOCOL, "protocol");
    Invariant.notNegative(ifindex, "ifindex");
    Invariant.range(running, 0, 1, "running");
    Invariant.range(grouped, 0, 1, "grouped");
    Invariant.that(grouped == 1 || fanout == 0, "fanout must be 0 without a group", fanout);
    Invariant.notNegative(unreadBytes, "unreadBytes");
    Invariant.atMost(device, Limits.MAX_NAME_BYTES, "device");
    Invariant.that(
        device.isEmpty() == (ifindex == 0), "device must be there unless ifindex is 0", device);
    Invariant.range(options.size(), 0, Limits.MAX_SOCKET_OPTIONS, "number of options");
    Invariant.range(memberships.size(), 0, Limits.MAX_PACKET_MEMBERSHIPS, "number of memberships");
    options = List.copyOf(options);
    memberships = List.copyOf(memberships);
  }

  @Override
  public ObjectType type() {
    return ObjectType.FILE_PACKET_SOCKET;
  }

  private static final class Codec implements RecordCodec<FilePacketSocket> {
    @Override
    public void write(FilePacketSocket value, RecordOutput out) {
      out.u64(value.inode())
          .u32(value.flags())
          .u32(value.sockType())
          .u32(value.protocol())
          .u32(value.ifindex())
          .u32(value.running())
          .u32(value.grouped())
          .u32(value.fanout())
          .u32(value.uid())
          .u32(value.unreadBytes())
          .bytes(value.device(), Limits.MAX_NAME_BYTES);
      SocketOption.writeAll(value.options(), out);
      PacketMembership.writeAll(value.memberships(), out);
    }

    @Override
    public FilePacketSocket read(RecordInput in) throws CorruptImageException {
      return new FilePacketSocket(
          in.u64(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.bytes(Limits.MAX_NAME_BYTES),
          SocketOption.readAll(in),
          PacketMembership.readAll(in));
    }
  }
}
