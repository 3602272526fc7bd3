package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.kernel.UnixDiag;
import dev.ckpt.format.ByteString;
import java.util.Collection;

/**
 * A unix socket that got an abstract name by itself: unix(7), Autobind feature. An end of a pair
 * gets one when it sends with SO_PASSCRED set.
 */
final class Autobound {
  private static final int DIGITS = 5;

  private Autobound() {}

  /**
   * Whether its name is such a one, and its own. NB: an accepted socket shows the name of the one
   * that listened, and is not bound to it: when that one is closed, the name is free. So we try to
   * take it. Nobody misses it for that moment: who binds by himself gets the next one.
   *
   * @param all every unix socket
   */
  static boolean is(UnixDiag socket, int sockType, Collection<UnixDiag> all)
      throws SyscallException {
    return isOne(socket.name())
        && all.stream().filter(other -> other.name().equals(socket.name())).count() == 1
        && isTaken(socket.name(), sockType);
  }

  private static boolean isOne(ByteString name) {
    if (name.length() != 1 + DIGITS || name.byteAt(0) != 0) {
      return false;
    }
    for (int i = 1; i <= DIGITS; i++) {
      if (Character.digit(name.byteAt(i), 16) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isTaken(ByteString name, int sockType) throws SyscallException {
    try (Fd probe = Sockets.open(Socket.AF_UNIX, sockType, 0)) {
      Sockets.bind(probe, Sockets.unixAddress(name.toByteArray()));
      return false;
    } catch (SyscallException e) {
      if (e.errno() == Errno.EADDRINUSE) {
        return true;
      }
      throw e;
    }
  }
}
