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
 * An open netlink socket.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type   field       unit, constraint
 *      0     8  u64    inode       in sockfs
 *      8     4  u32    flags       open flags
 *     12     4  u32    sockType    SOCK_DGRAM 2 or SOCK_RAW 3
 *     16     4  u32    protocol    NETLINK_ROUTE 0 and so on
 *     20     4  u32    uid         owner of the socket
 *     24     4  u32    portId      its address, 0 when it is not bound
 *     28     4  u32    peerPortId  of connect(2)
 *     32     4  u32    peerGroups  the same, a mask
 *     36  4+n1  bytes  groups      at most 256: the multicast groups that it hears, bit n-1 for
 *                                  group n
 *  40+n1  4+n2  list   options     at most 256 socket options
 * </pre>
 */
public record FileNetlinkSocket(
    long inode,
    int flags,
    int sockType,
    int protocol,
    int uid,
    int portId,
    int peerPortId,
    int peerGroups,
    ByteString groups,
    List<SocketOption> options)
    implements ImageRecord {
  public static final int SOCK_DGRAM = 2;
  public static final int SOCK_RAW = 3;

  /** Writes and reads the payload. */
  public static final RecordCodec<FileNetlinkSocket> CODEC = new Codec();

  /** Checks what the layout demands. */
  public FileNetlinkSocket {
    Invariant.range(sockType, SOCK_DGRAM, SOCK_RAW, "sockType");
    Invariant.notNegative(protocol, "protocol");
    Invariant.atMost(groups, Limits.MAX_SOCKET_OPTION_BYTES, "groups");
    Invariant.range(options.size(), 0, Limits.MAX_SOCKET_OPTIONS, "number of options");
    options = List.copyOf(options);
  }

  @Override
  public ObjectType type() {
    return ObjectType.FILE_NETLINK_SOCKET;
  }

  private static final class Codec implements RecordCodec<FileNetlinkSocket> {
    @Override
    public void write(FileNetlinkSocket value, RecordOutput out) {
      out.u64(value.inode())
          .u32(value.flags())
          .u32(value.sockType())
          .u32(value.protocol())
          .u32(value.uid())
          .u32(value.portId())
          .u32(value.peerPortId())
          .u32(value.peerGroups())
          .bytes(value.groups(), Limits.MAX_SOCKET_OPTION_BYTES);
      SocketOption.writeAll(value.options(), out);
    }

    @Override
    public FileNetlinkSocket read(RecordInput in) throws CorruptImageException {
      return new FileNetlinkSocket(
          in.u64(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.bytes(Limits.MAX_SOCKET_OPTION_BYTES),
          SocketOption.readAll(in));
    }
  }
}
