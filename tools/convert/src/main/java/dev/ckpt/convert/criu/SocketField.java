package dev.ckpt.convert.criu;

import dev.ckpt.criu.proto.Criu;
import java.util.List;
import java.util.Optional;
import java.util.function.ObjIntConsumer;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * An option of sockets that is one number, and the field that CRIU has for it.
 *
 * <p>Source: asm-generic/socket.h, linux/in.h, linux/in6.h, linux/tcp.h; images/sk-opts.proto,
 * sk-inet.proto, tcp-stream.proto.
 *
 * @param kinds which sockets have it
 * @param fresh what it is in a new one
 * @param isSwitch whether it is 0 or 1
 * @param get what the field says; what is in a new one where the message has no such field
 */
record SocketField(
    int level,
    int name,
    Predicate<SocketKind> kinds,
    int fresh,
    boolean isSwitch,
    ToIntFunction<Criu.InetSk> get,
    ObjIntConsumer<Criu.InetSk.Builder> set) {
  static final int SOL_SOCKET = 1;
  static final int SO_REUSEADDR = 2;
  static final int SO_DONTROUTE = 5;
  static final int SO_BROADCAST = 6;
  static final int SO_KEEPALIVE = 9;
  static final int SO_OOBINLINE = 10;
  static final int SO_NO_CHECK = 11;
  static final int SO_PRIORITY = 12;
  static final int SO_REUSEPORT = 15;
  static final int SO_PASSCRED = 16;
  static final int SO_RCVLOWAT = 18;
  static final int SO_PASSSEC = 34;
  static final int SO_MARK = 36;

  private static final int IPPROTO_IP = 0;
  private static final int IP_TOS = 1;
  private static final int IP_TTL = 2;
  private static final int IP_PKTINFO = 8;
  private static final int IP_FREEBIND = 15;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_V6ONLY = 26;
  private static final int IPV6_RECVPKTINFO = 49;
  private static final int IPV6_FREEBIND = 78;
  private static final int TCP_NODELAY = 1;
  private static final int TCP_CORK = 3;
  private static final int TCP_KEEPIDLE = 4;
  private static final int TCP_KEEPINTVL = 5;
  private static final int TCP_KEEPCNT = 6;

  /** As net.ipv4.ip_default_ttl is unless somebody changes it. */
  private static final int TTL = 64;

  /** As net.ipv4.tcp_keepalive_time, tcp_keepalive_intvl and tcp_keepalive_probes are. */
  private static final int KEEPIDLE = 7200;

  private static final int KEEPINTVL = 75;
  private static final int KEEPCNT = 9;

  private static final Predicate<SocketKind> ANY = kind -> true;
  private static final Predicate<SocketKind> UNIX = kind -> kind.domain() == SocketKind.AF_UNIX;
  private static final Predicate<SocketKind> INET = kind -> kind.domain() == SocketKind.AF_INET;
  private static final Predicate<SocketKind> INET6 = kind -> kind.domain() == SocketKind.AF_INET6;

  /** All of them, in the order of a dump. */
  static final List<SocketField> ALL =
      List.of(
          common(
              SO_REUSEADDR,
              Criu.SkOpts::getReuseaddr,
              (sk, on) -> sk.getOptsBuilder().setReuseaddr(on)),
          common(
              SO_REUSEPORT,
              Criu.SkOpts::getSoReuseport,
              (sk, on) -> sk.getOptsBuilder().setSoReuseport(on)),
          common(
              SO_DONTROUTE,
              Criu.SkOpts::getSoDontroute,
              (sk, on) -> sk.getOptsBuilder().setSoDontroute(on)),
          common(
              SO_BROADCAST,
              Criu.SkOpts::getSoBroadcast,
              (sk, on) -> sk.getOptsBuilder().setSoBroadcast(on)),
          common(
              SO_KEEPALIVE,
              Criu.SkOpts::getSoKeepalive,
              (sk, on) -> sk.getOptsBuilder().setSoKeepalive(on)),
          common(
              SO_OOBINLINE,
              opts -> opts.getSoOobinline() != 0,
              (sk, on) -> sk.getOptsBuilder().setSoOobinline(on ? 1 : 0)),
          common(
              SO_NO_CHECK,
              Criu.SkOpts::getSoNoCheck,
              (sk, on) -> sk.getOptsBuilder().setSoNoCheck(on)),
          new SocketField(
              SOL_SOCKET,
              SO_PRIORITY,
              ANY,
              0,
              false,
              sk -> sk.getOpts().getSoPriority(),
              (sk, value) -> sk.getOptsBuilder().setSoPriority(value)),
          toggle(
              SOL_SOCKET,
              SO_PASSCRED,
              UNIX,
              sk -> sk.getOpts().getSoPasscred(),
              (sk, on) -> sk.getOptsBuilder().setSoPasscred(on)),
          new SocketField(
              SOL_SOCKET,
              SO_RCVLOWAT,
              ANY,
              1,
              false,
              sk -> sk.getOpts().hasSoRcvlowat() ? sk.getOpts().getSoRcvlowat() : 1,
              (sk, value) -> sk.getOptsBuilder().setSoRcvlowat(value)),
          toggle(
              SOL_SOCKET,
              SO_PASSSEC,
              UNIX,
              sk -> sk.getOpts().getSoPasssec(),
              (sk, on) -> sk.getOptsBuilder().setSoPasssec(on)),
          new SocketField(
              SOL_SOCKET,
              SO_MARK,
              ANY,
              0,
              false,
              sk -> sk.getOpts().getSoMark(),
              (sk, value) -> sk.getOptsBuilder().setSoMark(value)),
          toggle(
              IPPROTO_IPV6,
              IPV6_V6ONLY,
              INET6,
              Criu.InetSk::getV6Only,
              Criu.InetSk.Builder::setV6Only),
          toggle(
              IPPROTO_IPV6,
              IPV6_RECVPKTINFO,
              INET6,
              sk -> sk.getIpOpts().getPktinfo(),
              (sk, on) -> sk.getIpOptsBuilder().setPktinfo(on)),
          freebind(IPPROTO_IPV6, IPV6_FREEBIND, INET6),
          new SocketField(
              IPPROTO_IP,
              IP_TOS,
              INET,
              0,
              false,
              sk -> sk.getIpOpts().getTos(),
              (sk, value) -> sk.getIpOptsBuilder().setTos(value)),
          new SocketField(
              IPPROTO_IP,
              IP_TTL,
              INET,
              TTL,
              false,
              sk -> sk.getIpOpts().hasTtl() ? sk.getIpOpts().getTtl() : TTL,
              (sk, value) -> sk.getIpOptsBuilder().setTtl(value)),
          toggle(
              IPPROTO_IP,
              IP_PKTINFO,
              INET,
              sk -> sk.getIpOpts().getPktinfo(),
              (sk, on) -> sk.getIpOptsBuilder().setPktinfo(on)),
          // NB: a socket of IPv6 shows the same bit at both levels.
          freebind(IPPROTO_IP, IP_FREEBIND, INET.or(INET6)),
          tcp(
              TCP_NODELAY,
              0,
              sk -> sk.getTcpOpts().getNodelay() ? 1 : 0,
              (sk, value) -> sk.getTcpOptsBuilder().setNodelay(value != 0)),
          tcp(
              TCP_CORK,
              0,
              sk -> sk.getTcpOpts().getCork() ? 1 : 0,
              (sk, value) -> sk.getTcpOptsBuilder().setCork(value != 0)),
          tcp(
              TCP_KEEPIDLE,
              KEEPIDLE,
              sk -> keepidle(sk).orElse(KEEPIDLE),
              (sk, value) -> sk.getTcpOptsBuilder().setKeepidle(value)),
          tcp(
              TCP_KEEPINTVL,
              KEEPINTVL,
              sk -> keepintvl(sk).orElse(KEEPINTVL),
              (sk, value) -> sk.getTcpOptsBuilder().setKeepintvl(value)),
          tcp(
              TCP_KEEPCNT,
              KEEPCNT,
              sk -> keepcnt(sk).orElse(KEEPCNT),
              (sk, value) -> sk.getTcpOptsBuilder().setKeepcnt(value)));

  /** Sets a field that is a bool. */
  private interface Toggle {
    void set(Criu.InetSk.Builder sk, boolean on);
  }

  private static SocketField common(int name, Predicate<Criu.SkOpts> get, Toggle set) {
    return toggle(SOL_SOCKET, name, ANY, sk -> get.test(sk.getOpts()), set);
  }

  private static SocketField toggle(
      int level, int name, Predicate<SocketKind> kinds, Predicate<Criu.InetSk> get, Toggle set) {
    return new SocketField(
        level,
        name,
        kinds,
        0,
        true,
        sk -> get.test(sk) ? 1 : 0,
        (sk, value) -> set.set(sk, value != 0));
  }

  private static SocketField freebind(int level, int name, Predicate<SocketKind> kinds) {
    return toggle(
        level,
        name,
        kinds,
        sk -> sk.getIpOpts().getFreebind(),
        (sk, on) -> sk.getIpOptsBuilder().setFreebind(on));
  }

  private static SocketField tcp(
      int name,
      int fresh,
      ToIntFunction<Criu.InetSk> get,
      ObjIntConsumer<Criu.InetSk.Builder> set) {
    boolean isSwitch = fresh == 0;
    return new SocketField(
        SocketKind.IPPROTO_TCP, name, SocketKind::isTcp, fresh, isSwitch, get, set);
  }

  /** An older CRIU has these three among the options of every socket. */
  private static Optional<Integer> keepidle(Criu.InetSk sk) {
    Criu.TcpOpts tcp = sk.getTcpOpts();
    Criu.SkOpts opts = sk.getOpts();
    return first(
        tcp.hasKeepidle(), tcp.getKeepidle(), opts.hasTcpKeepidle(), opts.getTcpKeepidle());
  }

  private static Optional<Integer> keepintvl(Criu.InetSk sk) {
    Criu.TcpOpts tcp = sk.getTcpOpts();
    Criu.SkOpts opts = sk.getOpts();
    return first(
        tcp.hasKeepintvl(), tcp.getKeepintvl(), opts.hasTcpKeepintvl(), opts.getTcpKeepintvl());
  }

  private static Optional<Integer> keepcnt(Criu.InetSk sk) {
    Criu.TcpOpts tcp = sk.getTcpOpts();
    Criu.SkOpts opts = sk.getOpts();
    return first(tcp.hasKeepcnt(), tcp.getKeepcnt(), opts.hasTcpKeepcnt(), opts.getTcpKeepcnt());
  }

  private static Optional<Integer> first(boolean has, int value, boolean hasOld, int old) {
    if (has) {
      return Optional.of(value);
    }
    return hasOld ? Optional.of(old) : Optional.empty();
  }
}
