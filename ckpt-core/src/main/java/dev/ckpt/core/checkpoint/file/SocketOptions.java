package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.SocketOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The options of a socket that differ from those of a new one of its kind, which we open to compare
 * with. So nothing has to be known of what the defaults are here.
 */
final class SocketOptions {
  /** Of SOL_SOCKET, in the order in which a restore sets them. */
  private static final int[] COMMON = {
    Socket.SO_REUSEADDR,
    Socket.SO_REUSEPORT,
    Socket.SO_BINDTODEVICE,
    Socket.SO_DONTROUTE,
    Socket.SO_BROADCAST,
    Socket.SO_KEEPALIVE,
    Socket.SO_OOBINLINE,
    Socket.SO_NO_CHECK,
    Socket.SO_PRIORITY,
    Socket.SO_LINGER,
    Socket.SO_PASSCRED,
    Socket.SO_RCVLOWAT,
    Socket.SO_RCVTIMEO,
    Socket.SO_SNDTIMEO,
    Socket.SO_TIMESTAMP,
    Socket.SO_TIMESTAMPNS,
    Socket.SO_TIMESTAMP_NEW,
    Socket.SO_TIMESTAMPNS_NEW,
    Socket.SO_TIMESTAMPING,
    Socket.SO_PASSSEC,
    Socket.SO_MARK,
    Socket.SO_RXQ_OVFL,
    Socket.SO_WIFI_STATUS,
    Socket.SO_NOFCS,
    Socket.SO_SELECT_ERR_QUEUE,
    Socket.SO_BUSY_POLL,
    Socket.SO_PREFER_BUSY_POLL,
    Socket.SO_MAX_PACING_RATE,
    Socket.SO_ZEROCOPY,
    Socket.SO_TXTIME,
    Socket.SO_TXREHASH,
    Socket.SO_RCVMARK,
    Socket.SO_PASSPIDFD,
    Socket.SO_PASSRIGHTS
  };

  private static final int SNDBUF_LOCK = 1;
  private static final int RCVBUF_LOCK = 2;

  private final Fd socket;
  private final Fd fresh;
  private final List<SocketOption> options = new ArrayList<>();

  private SocketOptions(Fd socket, Fd fresh) {
    this.socket = socket;
    this.fresh = fresh;
  }

  /**
   * Reads the options.
   *
   * @param socket a duplicate of the target's
   * @param pairs level and name of further options that this family has
   */
  static List<SocketOption> of(Fd socket, int[][] pairs) throws SyscallException {
    int domain = Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_DOMAIN);
    int type = Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_TYPE);
    int protocol = Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_PROTOCOL);
    try (Fd fresh = Sockets.open(domain, type, protocol)) {
      SocketOptions all = new SocketOptions(socket, fresh);
      for (int name : COMMON) {
        all.addIfChanged(Socket.SOL_SOCKET, name);
      }
      for (int[] pair : pairs) {
        all.addIfChanged(pair[0], pair[1]);
      }
      all.addBuffers();
      return all.options;
    }
  }

  private void addIfChanged(int level, int name) throws SyscallException {
    Optional<byte[]> value = Sockets.option(socket, level, name);
    if (value.isPresent() && !same(value.get(), level, name)) {
      options.add(new SocketOption(level, name, ByteString.of(value.get())));
    }
  }

  private boolean same(byte[] value, int level, int name) throws SyscallException {
    return Sockets.option(fresh, level, name)
        .filter(other -> Arrays.equals(value, other))
        .isPresent();
  }

  /**
   * Sizes that somebody has set; the kernel changes those of TCP as it goes. Before Linux 5.16 it
   * does not tell which were set, and what differs counts.
   */
  private void addBuffers() throws SyscallException {
    Optional<byte[]> locks = Sockets.option(socket, Socket.SOL_SOCKET, Socket.SO_BUF_LOCK);
    if (locks.isEmpty()) {
      addIfChanged(Socket.SOL_SOCKET, Socket.SO_SNDBUF);
      addIfChanged(Socket.SOL_SOCKET, Socket.SO_RCVBUF);
      return;
    }
    if ((locks.get()[0] & SNDBUF_LOCK) != 0) {
      addIfChanged(Socket.SOL_SOCKET, Socket.SO_SNDBUF);
    }
    if ((locks.get()[0] & RCVBUF_LOCK) != 0) {
      addIfChanged(Socket.SOL_SOCKET, Socket.SO_RCVBUF);
    }
    addIfChanged(Socket.SOL_SOCKET, Socket.SO_BUF_LOCK);
  }
}
