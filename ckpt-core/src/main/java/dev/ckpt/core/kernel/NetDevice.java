package dev.ckpt.core.kernel;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.format.ByteString;
import java.util.OptionalInt;

/**
 * Names and numbers of network interfaces in our network namespace (netdevice(7)). NB:
 * /sys/class/net shows those of the namespace that sysfs was mounted in, which may be another.
 */
public final class NetDevice {
  // linux/sockios.h, struct ifreq of linux/if.h
  private static final int SIOCGIFNAME = 0x8910;
  private static final int SIOCGIFINDEX = 0x8933;
  private static final int IFNAMSIZ = 16;
  private static final int IFREQ_BYTES = 40;

  private NetDevice() {}

  /** The name of an interface, empty where there is none of this number. */
  public static ByteString name(int ifindex) throws SyscallException {
    NativeBuffer ifreq = NativeBuffer.allocate(IFREQ_BYTES);
    ifreq.putInt(IFNAMSIZ, ifindex);
    if (!ask(SIOCGIFNAME, ifreq)) {
      return ByteString.of("");
    }
    byte[] name = ifreq.getBytes(0, IFNAMSIZ);
    int len = 0;
    while (len < IFNAMSIZ && name[len] != 0) {
      len++;
    }
    return ByteString.of(name).substring(0, len);
  }

  /** The number of an interface; nothing where there is none of this name. */
  public static OptionalInt ifindex(ByteString name) throws SyscallException {
    if (name.isEmpty() || name.length() >= IFNAMSIZ) {
      return OptionalInt.empty();
    }
    NativeBuffer ifreq = NativeBuffer.allocate(IFREQ_BYTES);
    ifreq.put(0, name.toByteArray());
    return ask(SIOCGIFINDEX, ifreq) ? OptionalInt.of(ifreq.getInt(IFNAMSIZ)) : OptionalInt.empty();
  }

  private static boolean ask(int request, NativeBuffer ifreq) throws SyscallException {
    try (Fd socket = Sockets.open(Socket.AF_UNIX, Socket.SOCK_DGRAM, 0)) {
      socket.ioctl(request, ifreq.address());
      return true;
    } catch (SyscallException e) {
      if (e.errno() != Errno.ENODEV) {
        throw e;
      }
      return false;
    }
  }
}
