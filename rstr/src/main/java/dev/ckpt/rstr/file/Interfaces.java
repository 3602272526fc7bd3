package dev.ckpt.rstr.file;

import dev.ckpt.core.kernel.NetDevice;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.rstr.Checks;
import java.util.OptionalInt;

/** Network interfaces that sockets need. */
final class Interfaces {
  private Interfaces() {}

  /**
   * Looks whether one is there under its number, which stands in options, and in the memory of a
   * task that sends to it.
   *
   * @param of what it is needed for
   */
  static void check(Checks checks, ByteString device, int ifindex, String of) throws CkptException {
    OptionalInt now = NetDevice.ifindex(device);
    if (now.isEmpty() || now.getAsInt() != ifindex) {
      checks.refuse(
          RefusalCode.ADDRESS_GONE,
          "interface " + device + " with number " + ifindex + ", of " + of,
          "give this machine such an interface");
    }
  }
}
