package dev.ckpt.rstr.file;

import dev.ckpt.core.kernel.GroupFilter;
import dev.ckpt.core.kernel.Netinet;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.MulticastGroup;
import dev.ckpt.rstr.Checks;
import java.util.HashSet;
import java.util.Set;

/** Joins the multicast groups of sockets. */
final class MulticastGroups {
  private MulticastGroups() {}

  /** Looks whether their interfaces are there under the same numbers, for these are in options. */
  static void check(Checks checks) throws CkptException {
    Set<ByteString> seen = new HashSet<>();
    for (MulticastGroup group : checks.state().all(MulticastGroup.class)) {
      if (seen.add(group.device())) {
        Interfaces.check(checks, group.device(), group.ifindex(), "a multicast group");
      }
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
