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
 * A datagram that waits in a UDP socket, with what the headers say that it came with. Those of one
 * socket stand in the order in which they are to be received.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type        field         unit, constraint
 *      0     4  u32 objref  socket        a FILE_INET_SOCKET
 *      4  4+n1  bytes       sender        16 bytes, a sockaddr_in, or 28, a sockaddr_in6
 *   8+n1  4+n2  bytes       receiver      of the same family
 *    ...     4  u32         hopLimit      TTL or hop limit, at most 255
 *    ...     4  u32         trafficClass  TOS or traffic class, at most 255
 *    ...  4+n3  bytes       data          at most 65535
 * </pre>
 */
public record UdpDatagram(
    int socket,
    ByteString sender,
    ByteString receiver,
    int hopLimit,
    int trafficClass,
    ByteString data)
    implements ImageRecord {
  public static final int SOCKADDR_IN_BYTES = 16;
  public static final int SOCKADDR_IN6_BYTES = 28;

  /** Writes and reads the payload. */
  public static final RecordCodec<UdpDatagram> CODEC = new Codec();

  private static final int MAX_OCTET = 255;

  /** Checks what the layout demands. */
  public UdpDatagram {
    Invariant.positive(socket, "socket");
    Invariant.that(
        sender.length() == SOCKADDR_IN_BYTES || sender.length() == SOCKADDR_IN6_BYTES,
        "sender must be a sockaddr_in or sockaddr_in6",
        sender.length());
    Invariant.that(
        sender.length() == receiver.length(),
        "sender and receiver must be of one family",
        receiver.length());
    Invariant.range(hopLimit, 0, MAX_OCTET, "hopLimit");
    Invariant.range(trafficClass, 0, MAX_OCTET, "trafficClass");
    Invariant.atMost(data, Limits.MAX_DATAGRAM_BYTES, "data");
  }

  /** Whether it came over IPv4. */
  public boolean isIpv4() {
    return sender.length() == SOCKADDR_IN_BYTES;
  }

  @Override
  public ObjectType type() {
    return ObjectType.UDP_DATAGRAM;
  }

  @Override
  public List<ObjectReference> references() {
    return List.of(ObjectReference.to("socket", socket, ObjectType.FILE_INET_SOCKET));
  }

  private static final class Codec implements RecordCodec<UdpDatagram> {
    @Override
    public void write(UdpDatagram value, RecordOutput out) {
      out.u32(value.socket())
          .bytes(value.sender(), SOCKADDR_IN6_BYTES)
          .bytes(value.receiver(), SOCKADDR_IN6_BYTES)
          .u32(value.hopLimit())
          .u32(value.trafficClass())
          .bytes(value.data(), Limits.MAX_DATAGRAM_BYTES);
    }

    @Override
    public UdpDatagram read(RecordInput in) throws CorruptImageException {
      return new UdpDatagram(
          in.objref(),
          in.bytes(SOCKADDR_IN6_BYTES),
          in.bytes(SOCKADDR_IN6_BYTES),
          in.u32(),
          in.u32(),
          in.bytes(Limits.MAX_DATAGRAM_BYTES));
    }
  }
}
