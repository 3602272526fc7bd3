package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.kernel.Netinet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The options that IPv4, IPv6, TCP and UDP sockets have beside those of every socket. */
final class InetOptions {
  private static final int[] IP = {
    Netinet.IP_TOS,
    Netinet.IP_TTL,
    Netinet.IP_OPTIONS,
    Netinet.IP_RECVOPTS,
    Netinet.IP_RETOPTS,
    Netinet.IP_PKTINFO,
    Netinet.IP_MTU_DISCOVER,
    Netinet.IP_RECVERR,
    Netinet.IP_RECVTTL,
    Netinet.IP_RECVTOS,
    Netinet.IP_FREEBIND,
    Netinet.IP_PASSSEC,
    Netinet.IP_TRANSPARENT,
    Netinet.IP_RECVORIGDSTADDR,
    Netinet.IP_MINTTL,
    Netinet.IP_CHECKSUM,
    Netinet.IP_BIND_ADDRESS_NO_PORT,
    Netinet.IP_RECVFRAGSIZE,
    Netinet.IP_RECVERR_RFC4884,
    Netinet.IP_MULTICAST_IF,
    Netinet.IP_MULTICAST_TTL,
    Netinet.IP_MULTICAST_LOOP,
    Netinet.IP_MULTICAST_ALL,
    Netinet.IP_UNICAST_IF,
    Netinet.IP_LOCAL_PORT_RANGE
  };

  private static final int[] IPV6 = {
    Netinet.IPV6_V6ONLY,
    Netinet.IPV6_UNICAST_HOPS,
    Netinet.IPV6_MULTICAST_IF,
    Netinet.IPV6_MULTICAST_HOPS,
    Netinet.IPV6_MULTICAST_LOOP,
    Netinet.IPV6_MULTICAST_ALL,
    Netinet.IPV6_MTU_DISCOVER,
    Netinet.IPV6_RECVERR,
    Netinet.IPV6_RECVPKTINFO,
    Netinet.IPV6_RECVHOPLIMIT,
    Netinet.IPV6_RECVTCLASS,
    Netinet.IPV6_TCLASS,
    Netinet.IPV6_DONTFRAG,
    Netinet.IPV6_AUTOFLOWLABEL,
    Netinet.IPV6_ADDR_PREFERENCES,
    Netinet.IPV6_MINHOPCOUNT,
    Netinet.IPV6_RECVORIGDSTADDR,
    Netinet.IPV6_TRANSPARENT,
    Netinet.IPV6_FREEBIND,
    Netinet.IPV6_UNICAST_IF,
    Netinet.IPV6_RECVFRAGSIZE,
    Netinet.IPV6_RECVERR_RFC4884,
    Netinet.IPV6_RECVHOPOPTS,
    Netinet.IPV6_RECVRTHDR,
    Netinet.IPV6_RECVDSTOPTS,
    Netinet.IPV6_RECVPATHMTU,
    Netinet.IPV6_FLOWINFO_SEND,
    Netinet.IPV6_2292PKTINFO,
    Netinet.IPV6_2292HOPLIMIT,
    Netinet.IPV6_2292HOPOPTS,
    Netinet.IPV6_2292DSTOPTS,
    Netinet.IPV6_2292RTHDR
  };

  /** NB: TCP_QUICKACK is no setting: the kernel changes it as it goes. */
  private static final int[] TCP = {
    Netinet.TCP_CONGESTION,
    Netinet.TCP_NODELAY,
    Netinet.TCP_MAXSEG,
    Netinet.TCP_CORK,
    Netinet.TCP_KEEPIDLE,
    Netinet.TCP_KEEPINTVL,
    Netinet.TCP_KEEPCNT,
    Netinet.TCP_SYNCNT,
    Netinet.TCP_LINGER2,
    Netinet.TCP_DEFER_ACCEPT,
    Netinet.TCP_WINDOW_CLAMP,
    Netinet.TCP_THIN_LINEAR_TIMEOUTS,
    Netinet.TCP_USER_TIMEOUT,
    Netinet.TCP_FASTOPEN,
    Netinet.TCP_FASTOPEN_CONNECT,
    Netinet.TCP_FASTOPEN_NO_COOKIE,
    Netinet.TCP_NOTSENT_LOWAT,
    Netinet.TCP_SAVE_SYN,
    Netinet.TCP_INQ,
    Netinet.TCP_TX_DELAY
  };

  private static final int[] UDP = {
    Netinet.UDP_ENCAP,
    Netinet.UDP_NO_CHECK6_TX,
    Netinet.UDP_NO_CHECK6_RX,
    Netinet.UDP_SEGMENT,
    Netinet.UDP_GRO
  };

  private static final int[] UDPLITE = {Netinet.UDPLITE_SEND_CSCOV, Netinet.UDPLITE_RECV_CSCOV};

  /**
   * Of raw sockets. NB: of ICMPv6 the offset of the checksum is set by the level SOL_RAW alone (RFC
   * 3542, net/ipv6/raw.c).
   */
  private static final int[][] RAW = {
    {Netinet.IPPROTO_IP, Netinet.IP_HDRINCL},
    {Netinet.IPPROTO_IP, Netinet.IP_NODEFRAG},
    {Netinet.IPPROTO_IPV6, Netinet.IPV6_HDRINCL},
    {Netinet.SOL_RAW, Netinet.IPV6_CHECKSUM},
    {Netinet.SOL_RAW, Netinet.ICMP_FILTER},
    {Netinet.IPPROTO_ICMPV6, Netinet.ICMPV6_FILTER}
  };

  /**
   * Options of a connection of which the kernel tells what it has made of them, or what it has put
   * in their place (tcp_v4_syn_recv_sock); and those that count only when a connection is made.
   */
  private static final int[][] NOT_OF_CONNECTIONS = {
    {Netinet.IPPROTO_TCP, Netinet.TCP_MAXSEG},
    {Netinet.IPPROTO_TCP, Netinet.TCP_WINDOW_CLAMP},
    {Netinet.IPPROTO_TCP, Netinet.TCP_DEFER_ACCEPT},
    {Netinet.IPPROTO_TCP, Netinet.TCP_FASTOPEN},
    {Netinet.IPPROTO_TCP, Netinet.TCP_FASTOPEN_CONNECT},
    {Netinet.IPPROTO_TCP, Netinet.TCP_FASTOPEN_NO_COOKIE},
    {Netinet.IPPROTO_TCP, Netinet.TCP_SAVE_SYN},
    {Netinet.IPPROTO_IP, Netinet.IP_MULTICAST_IF},
    {Netinet.IPPROTO_IP, Netinet.IP_MULTICAST_TTL},
    {Netinet.IPPROTO_IPV6, Netinet.IPV6_MULTICAST_IF},
    {Netinet.IPPROTO_IPV6, Netinet.IPV6_MULTICAST_HOPS}
  };

  private static final int[][] OF_CONNECTION =
      Arrays.stream(of(Netinet.IPPROTO_TCP))
          .filter(
              pair -> Arrays.stream(NOT_OF_CONNECTIONS).noneMatch(no -> Arrays.equals(no, pair)))
          .toArray(int[][]::new);

  private InetOptions() {}

  /** Level and name of each, for sockets of a protocol; an IPv6 socket has those of IPv4 too. */
  static int[][] of(int protocol) {
    List<int[]> pairs = new ArrayList<>();
    add(pairs, Netinet.IPPROTO_IPV6, IPV6);
    add(pairs, Netinet.IPPROTO_IP, IP);
    if (protocol == Netinet.IPPROTO_TCP) {
      add(pairs, Netinet.IPPROTO_TCP, TCP);
    } else {
      add(pairs, Netinet.IPPROTO_UDP, UDP);
    }
    if (protocol == Netinet.IPPROTO_UDPLITE) {
      add(pairs, Netinet.IPPROTO_UDPLITE, UDPLITE);
    }
    return pairs.toArray(int[][]::new);
  }

  /** The same for raw sockets, and for the datagram sockets of ICMP. */
  static int[][] ofRaw() {
    List<int[]> pairs = new ArrayList<>();
    add(pairs, Netinet.IPPROTO_IPV6, IPV6);
    add(pairs, Netinet.IPPROTO_IP, IP);
    pairs.addAll(List.of(RAW));
    return pairs.toArray(int[][]::new);
  }

  /** The same for a TCP socket with a live connection. */
  static int[][] ofConnection() {
    return OF_CONNECTION.clone();
  }

  private static void add(List<int[]> pairs, int level, int[] names) {
    for (int name : names) {
      pairs.add(new int[] {level, name});
    }
  }
}
