package dev.ckpt.core.kernel;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a socket hears of a multicast group on an interface: {@code struct group_filter} of {@code
 * linux/in.h}.
 *
 * @param mode 0 for all senders but the sources (MCAST_EXCLUDE), 1 for the sources alone
 * @param nrSources how many there are
 * @param sources addresses of senders, 4 or 16 bytes each; not all where there are very many
 */
public record GroupFilter(int mode, int nrSources, List<ByteString> sources) {
  private static final int MAX_SOURCES = Limits.MAX_GROUP_SOURCES;

  // within struct group_filter, and within a sockaddr_in and sockaddr_in6
  private static final int GF_GROUP = 8;
  private static final int GF_FMODE = 136;
  private static final int GF_NUMSRC = 140;
  private static final int GF_SLIST = 144;
  private static final int STORAGE_BYTES = 128;
  private static final int IPV4_ADDRESS = 4;
  private static final int IPV6_ADDRESS = 8;
  private static final int IPV4_BYTES = 4;

  /** With all of its sources. */
  public GroupFilter(int mode, List<ByteString> sources) {
    this(mode, sources.size(), sources);
  }

  /** Whether none of them is missing. */
  public boolean isWhole() {
    return nrSources == sources.size();
  }

  /**
   * What a socket hears of a group; nothing where it has not joined it there.
   *
   * @param group 4 or 16 bytes
   */
  public static Optional<GroupFilter> of(Fd socket, int ifindex, ByteString group)
      throws SyscallException {
    byte[] asked = encode(ifindex, group, new GroupFilter(0, List.of()));
    NativeBuffer value = NativeBuffer.allocate(GF_SLIST + MAX_SOURCES * STORAGE_BYTES);
    value.put(0, asked);
    value.putInt(GF_NUMSRC, MAX_SOURCES);
    NativeBuffer len = NativeBuffer.allocate(Long.BYTES);
    len.putInt(0, value.size());
    int done =
        LibC.getsockopt(
            socket.number(), level(group), Netinet.MCAST_MSFILTER, value.address(), len.address());
    Reference.reachabilityFence(value);
    if (done == -1 && (Call.errno() == Errno.EADDRNOTAVAIL || Call.errno() == Errno.ENODEV)) {
      return Optional.empty();
    }
    Call.check(done, "", "getsockopt", socket.number(), level(group), "MCAST_MSFILTER");
    int nr = value.getInt(GF_NUMSRC);
    List<ByteString> sources = new ArrayList<>();
    for (int i = 0; i < Math.min(nr, MAX_SOURCES); i++) {
      int at = GF_SLIST + i * STORAGE_BYTES + addressOffset(group);
      sources.add(ByteString.of(value.getBytes(at, group.length())));
    }
    return Optional.of(new GroupFilter(value.getInt(GF_FMODE), nr, sources));
  }

  /** The level that the options of a group's family have. */
  public static int level(ByteString group) {
    return group.length() == IPV4_BYTES ? Netinet.IPPROTO_IP : Netinet.IPPROTO_IPV6;
  }

  /** A {@code struct group_req}, with which a group is joined. */
  public static byte[] request(int ifindex, ByteString group) {
    byte[] request = new byte[GF_FMODE];
    System.arraycopy(
        encode(ifindex, group, new GroupFilter(0, List.of())), 0, request, 0, GF_FMODE);
    return request;
  }

  /** A {@code struct group_filter}, with which the sources of a group are set. */
  public static byte[] encode(int ifindex, ByteString group, GroupFilter filter) {
    ByteBuffer bytes =
        ByteBuffer.allocate(GF_SLIST + filter.sources().size() * STORAGE_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(0, ifindex);
    putAddress(bytes, GF_GROUP, group);
    bytes.putInt(GF_FMODE, filter.mode());
    bytes.putInt(GF_NUMSRC, filter.sources().size());
    for (int i = 0; i < filter.sources().size(); i++) {
      putAddress(bytes, GF_SLIST + i * STORAGE_BYTES, filter.sources().get(i));
    }
    return bytes.array();
  }

  private static void putAddress(ByteBuffer bytes, int at, ByteString address) {
    boolean ipv4 = address.length() == IPV4_BYTES;
    bytes.putShort(at, (short) (ipv4 ? Socket.AF_INET : Socket.AF_INET6));
    byte[] raw = address.toByteArray();
    bytes.put(at + addressOffset(address), raw, 0, raw.length);
  }

  private static int addressOffset(ByteString address) {
    return address.length() == IPV4_BYTES ? IPV4_ADDRESS : IPV6_ADDRESS;
  }
}
