package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.ArrayList;
import java.util.List;

/**
 * A multicast group that a socket has joined on an interface, and the senders that it hears there.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type        field    unit, constraint
 *      0     4  u32 objref  socket   a FILE_INET_SOCKET
 *      4     4  u32         ifindex  number of the interface, above 0
 *      8  4+n1  bytes       device   at most 256: its name
 *  12+n1  4+n2  bytes       group    4 bytes, an IPv4 address, or 16, an IPv6 address
 *    ...     4  u32         mode     0 all senders but the sources, 1 the sources alone
 *    ...     4  u32         nr       at most 256 sources
 *    ...        bytes       sources  each as long as group
 * </pre>
 */
public record MulticastGroup(
    int socket,
    int ifindex,
    ByteString device,
    ByteString group,
    int mode,
    List<ByteString> sources)
    implements ImageRecord {
  public static final int EXCLUDE = 0;
  public static final int INCLUDE = 1;

  /** Writes and reads the payload. */
  public static final RecordCodec<MulticastGroup> CODEC = new Codec();

  private static final int IPV4_BYTES = 4;
  private static final int IPV6_BYTES = 16;
  private static final int LEAST_SOURCE_BYTES = 8;

  /** Checks what the layout demands. */
  public MulticastGroup {
    Invariant.positive(socket, "socket");
    Invariant.positive(ifindex, "ifindex");
    Invariant.atMost(device, Limits.MAX_NAME_BYTES, "device");
    Invariant.that(
        group.length() == IPV4_BYTES || group.length() == IPV6_BYTES,
        "group must have 4 or 16 bytes",
        group.length());
    Invariant.range(mode, EXCLUDE, INCLUDE, "mode");
    Invariant.range(sources.size(), 0, Limits.MAX_GROUP_SOURCES, "number of sources");
    for (ByteString source : sources) {
      Invariant.that(
          source.length() == group.length(), "sources must be of the group's family", source);
    }
    sources = List.copyOf(sources);
  }

  /** Whether it is a group of IPv4. */
  public boolean isIpv4() {
    return group.length() == IPV4_BYTES;
  }

  @Override
  public ObjectType type() {
    return ObjectType.MULTICAST_GROUP;
  }

  @Override
  public List<ObjectReference> references() {
    return List.of(ObjectReference.to("socket", socket, ObjectType.FILE_INET_SOCKET));
  }

  private static final class Codec implements RecordCodec<MulticastGroup> {
    @Override
    public void write(MulticastGroup value, RecordOutput out) {
      out.u32(value.socket())
          .u32(value.ifindex())
          .bytes(value.device(), Limits.MAX_NAME_BYTES)
          .bytes(value.group(), IPV6_BYTES)
          .u32(value.mode());
      out.count(value.sources().size(), Limits.MAX_GROUP_SOURCES);
      for (ByteString source : value.sources()) {
        out.bytes(source, IPV6_BYTES);
      }
    }

    @Override
    public MulticastGroup read(RecordInput in) throws CorruptImageException {
      int socket = in.objref();
      int ifindex = in.u32();
      ByteString device = in.bytes(Limits.MAX_NAME_BYTES);
      ByteString group = in.bytes(IPV6_BYTES);
      int mode = in.u32();
      int nr = in.count(Limits.MAX_GROUP_SOURCES, LEAST_SOURCE_BYTES);
      List<ByteString> sources = new ArrayList<>(nr);
      for (int i = 0; i < nr; i++) {
        sources.add(in.bytes(IPV6_BYTES));
      }
      return new MulticastGroup(socket, ifindex, device, group, mode, sources);
    }
  }
}
