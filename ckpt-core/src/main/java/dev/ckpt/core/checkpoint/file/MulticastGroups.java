package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.checkpoint.CkptContext;
import dev.ckpt.core.checkpoint.SurveyContext;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.GroupFilter;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.proc.HeardGroup;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.MulticastGroup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The multicast groups that sockets have joined. Nothing lists those of a socket; but /proc lists
 * those of the machine, and a socket says of any group what it hears of it.
 */
final class MulticastGroups {
  private record Joined(HeardGroup group, GroupFilter filter) {}

  private final SurveyContext context;
  private final List<HeardGroup> ipv4;
  private final List<HeardGroup> ipv6;
  private final Map<OpenFile, List<Joined>> joined = new HashMap<>();

  /** For the sockets of one dump. */
  MulticastGroups(SurveyContext context) throws CkptException {
    this.context = context;
    this.ipv4 = ProcFs.igmp();
    this.ipv6 = ProcFs.igmp6();
  }

  /**
   * Asks a socket that is not TCP's; one of IPv6 may have joined groups of IPv4 too, unless it is
   * raw.
   */
  void survey(OpenFile file, Fd socket) throws CkptException {
    List<Joined> found = new ArrayList<>();
    int domain = Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_DOMAIN);
    int type = Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_TYPE);
    if (domain == Socket.AF_INET || type != Socket.SOCK_RAW) {
      ask(socket, ipv4, found);
    }
    if (domain == Socket.AF_INET6) {
      ask(socket, ipv6, found);
    }
    joined.put(file, found);
    if (!found.stream().allMatch(each -> each.filter().isWhole())) {
      context
          .refusals()
          .add(
              RefusalCode.FD_SOCKET,
              SocketRefusals.name(file) + " hears very many senders of a multicast group",
              "this version cannot save it");
    }
  }

  private static void ask(Fd socket, List<HeardGroup> groups, List<Joined> found)
      throws CkptException {
    for (HeardGroup group : groups) {
      Optional<GroupFilter> filter = GroupFilter.of(socket, group.ifindex(), group.address());
      filter.ifPresent(each -> found.add(new Joined(group, each)));
    }
  }

  /** Adds a record for each group, behind that of the socket. */
  void save(CkptContext dump, OpenFile file, int objref) {
    for (Joined each : joined.getOrDefault(file, List.of())) {
      dump.add(
          new MulticastGroup(
              objref,
              each.group().ifindex(),
              ByteString.of(each.group().device()),
              each.group().address(),
              each.filter().mode(),
              each.filter().sources()));
    }
  }
}
