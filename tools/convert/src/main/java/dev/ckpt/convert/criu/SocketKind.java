package dev.ckpt.convert.criu;

/**
 * What a socket is of: that decides which options it has, and what they are in a new one.
 *
 * @param domain AF_UNIX, AF_INET or AF_INET6
 * @param protocol of IP; 0 of a unix socket
 */
record SocketKind(int domain, int protocol) {
  static final int AF_UNIX = 1;
  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  static final int IPPROTO_TCP = 6;

  /** As net.core.wmem_default and rmem_default are unless somebody changes them. */
  private static final int BUFFER_BYTES = 212_992;

  /** The middle ones of net.ipv4.tcp_wmem and tcp_rmem. */
  private static final int TCP_SEND_BYTES = 16_384;

  private static final int TCP_RECEIVE_BYTES = 131_072;

  static final SocketKind UNIX = new SocketKind(AF_UNIX, 0);

  boolean isTcp() {
    return domain != AF_UNIX && protocol == IPPROTO_TCP;
  }

  /** SO_SNDBUF of a new one. */
  int sndbuf() {
    return isTcp() ? TCP_SEND_BYTES : BUFFER_BYTES;
  }

  /** SO_RCVBUF of a new one. */
  int rcvbuf() {
    return isTcp() ? TCP_RECEIVE_BYTES : BUFFER_BYTES;
  }
}
