package dev.ckpt.rstr.file;

import dev.ckpt.core.kernel.GroupFilter;
import dev.ckpt.core.kernel.Netinet;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.format.record.MulticastGroup;
import dev.ckpt.rstr.Checks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** Joins the multicast groups of sockets. */
final class MulticastGroups {
  private MulticastGroups() {}

  /** Looks whether their interfaces are there under the same numbers, for these are in options. */
  static void check(Checks checks) throws CkptException {
    Set<String> seen = new HashSet<>();
    for (MulticastGroup group : checks.state().all(MulticastGroup.class)) {
      String device = group.device().toString();
      if (seen.add(device) && !isThere(device, group.ifindex())) {
        checks.refuse(
            Code.ADDRESS_GONE,
            "interface " + device + " with number " + group.ifindex() + ", of a multicast group",
            "give this machine such an interface");
      }
    }
  }

  private static boolean isThere(String device, int ifindex) throws CkptException {
    Path file = Path.of("/sys/class/net", device, "ifindex");
    try {
      String text = java.nio.file.Files.readString(file, StandardCharsets.US_ASCII);
      return text.strip().equals(Integer.toString(ifindex));
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new CkptException(Code.PROC_ACCESS, file + ": " + e.getMessage());
    }
  }

  /**
   * Joins those of one socket.
   *
   * @param objref of the socket's record
   * @param number the task's descriptor
   */
  static void restore(Files files, int objref, int number) throws CkptException {
    for (MulticastGroup group : files.state().all(MulticastGroup.class)) {
      if (group.socket() == objref) {
        join(files, number, group);
      }
    }
  }

  private static void join(Files files, int number, MulticastGroup group) throws CkptException {
    byte[] request = GroupFilter.request(group.ifindex(), group.group());
    set(files, number, group, "MCAST_JOIN_GROUP", Netinet.MCAST_JOIN_GROUP, request);
    if (group.mode() != MulticastGroup.EXCLUDE || !group.sources().isEmpty()) {
      GroupFilter filter = new GroupFilter(group.mode(), group.sources());
      byte[] value = GroupFilter.encode(group.ifindex(), group.group(), filter);
      set(files, number, group, "MCAST_MSFILTER", Netinet.MCAST_MSFILTER, value);
    }
  }

  private static void set(
      Files files, int number, MulticastGroup group, String text, int name, byte[] value)
      throws CkptException {
    Batch batch = files.run().room(1, value.length);
    batch.call(
        "setsockopt(" + text + ")",
        SyscallNumbers.SETSOCKOPT,
        number,
        GroupFilter.level(group.group()),
        name,
        batch.data(value),
        value.length);
  }
}
