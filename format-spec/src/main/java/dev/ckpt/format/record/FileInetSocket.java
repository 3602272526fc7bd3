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
 * An open socket of IPv4 or IPv6.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type   field     unit, constraint
 *      0     8  u64    inode     in sockfs
 *      8     4  u32    flags     open flags
 *     12     4  u32    domain    AF_INET 2 or AF_INET6 10
 *     16     4  u32    sockType  SOCK_STREAM 1, SOCK_DGRAM 2 or SOCK_RAW 3
 *     20     4  u32    protocol  of SOCK_STREAM IPPROTO_TCP 6; of SOCK_DGRAM IPPROTO_UDP 17,
 *                                IPPROTO_UDPLITE 136, IPPROTO_ICMP 1, IPPROTO_ICMPV6 58; of
 *                                SOCK_RAW any
 *     24     4  u32    state     0 not connected, 1 listening, 2 connected to peer, 3 a connection
 *                                that is over, 4 the same, and its error was not read yet; TCP
 *                                that is connected has a TCP_SOCK too
 *     28     4  u32    backlog   of listen(2), signed; 0 unless state is 1
 *     32     4  u32    shutdown  bit 0 for receiving, bit 1 for sending; of SOCK_STREAM 0
 *     36     4  u32    uid       owner of the socket
 *     40  4+n1  bytes  name      at most 128: its address, a sockaddr; empty when it is not bound
 *  44+n1  4+n2  bytes  peer      the same of the other end; empty unless state is 2
 *    ...  4+n3  list   options   at most 256 socket options
 * </pre>
 */
public record FileInetSocket(
    long inode,
    int flags,
    int domain,
    int sockType,
    int protocol,
    int state,
    int backlog,
    int shutdown,
    int uid,
    ByteString name,
    ByteString peer,
    List<SocketOption> options)
    implements ImageRecord {
  public static final int AF_INET = 2;
  public static final int AF_INET6 = 10;
  public static final int SOCK_STREAM = 1;
  public static final int SOCK_DGRAM = 2;
  public static final int SOCK_RAW = 3;

  public static final int UNCONNECTED = 0;
  public static final int LISTENING = 1;
  public static final int CONNECTED = 2;
  public static final int OVER = 3;
  public static final int RESET = 4;

  /** Writes and reads the payload. */
  public static final RecordCodec<FileInetSocket> CODEC = new Codec();

  private static final int SHUTDOWN_BOTH = 3;
  private static final int IPPROTO_ICMP = 1;
  private static final int IPPROTO_ICMPV6 = 58;

  /** Checks what the layout demands. */
  public FileInetSocket {
    Invariant.that(domain == AF_INET || domain == AF_INET6, "domain must be 2 or 10", domain);
    Invariant.range(sockType, SOCK_STREAM, SOCK_RAW, "sockType");
    Invariant.range(state, UNCONNECTED, RESET, "state");
    Invariant.that(
        sockType == SOCK_STREAM || state == UNCONNECTED || state == CONNECTED,
        "state must be one of its sockType",
        state);
    Invariant.that(backlog == 0 || state == LISTENING, "backlog must be a listener's", backlog);
    Invariant.range(shutdown, 0, sockType == SOCK_STREAM ? 0 : SHUTDOWN_BOTH, "shutdown");
    Invariant.atMost(name, Limits.MAX_SOCKADDR_BYTES, "name");
    Invariant.atMost(peer, Limits.MAX_SOCKADDR_BYTES, "peer");
    Invariant.that(
        peer.isEmpty() == (state != CONNECTED), "peer must be there when connected", peer);
    Invariant.range(options.size(), 0, Limits.MAX_SOCKET_OPTIONS, "number of options");
    options = List.copyOf(options);
  }

  /** Whether it is a TCP connection that is no more. */
  public boolean isOver() {
    return state == OVER || state == RESET;
  }

  /** Whether it is a datagram socket of ICMP, which sends and hears echoes alone. */
  public boolean isPing() {
    return sockType == SOCK_DGRAM && (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6);
  }

  @Override
  public ObjectType type() {
    return ObjectType.FILE_INET_SOCKET;
  }

  private static final class Codec implements RecordCodec<FileInetSocket> {
    @Override
    public void write(FileInetSocket value, RecordOutput out) {
      out.u64(value.inode())
          .u32(value.flags())
          .u32(value.domain())
          .u32(value.sockType())
          .u32(value.protocol())
          .u32(value.state())
          .u32(value.backlog())
          .u32(value.shutdown())
          .u32(value.uid())
          .bytes(value.name(), Limits.MAX_SOCKADDR_BYTES)
          .bytes(value.peer(), Limits.MAX_SOCKADDR_BYTES);
      SocketOption.writeAll(value.options(), out);
    }

    @Override
    public FileInetSocket read(RecordInput in) throws CorruptImageException {
      return new FileInetSocket(
          in.u64(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.bytes(Limits.MAX_SOCKADDR_BYTES),
          in.bytes(Limits.MAX_SOCKADDR_BYTES),
          SocketOption.readAll(in));
    }
  }
}
