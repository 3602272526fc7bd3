package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.checkpoint.Refusals;
import dev.ckpt.core.checkpoint.SurveyContext;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.kernel.UnixDiag;
import dev.ckpt.error.Code;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a unix socket cannot be saved with. */
final class UnixRefusals {
  private static final String CANNOT = "this version cannot save it";

  private final Refusals refusals;
  private final boolean extUnix;
  private final Map<Long, UnixDiag> diags;
  private final Map<Long, UnixDiag> own = new HashMap<>();
  private final OutsidePeers outside;

  /**
   * For one dump.
   *
   * @param mine the task's unix sockets
   * @param diags all unix sockets
   */
  UnixRefusals(SurveyContext context, List<OpenFile> mine, Map<Long, UnixDiag> diags) {
    this.refusals = context.refusals();
    this.extUnix = context.extUnix();
    this.diags = diags;
    for (OpenFile file : mine) {
      own.put(file.stat().ino(), diags.get(file.stat().ino()));
    }
    this.outside = new OutsidePeers(own.keySet(), diags);
  }

  private void refuse(Code code, OpenFile file, String what, String remedy) {
    refusals.add(code, SocketRefusals.name(file) + " " + what, remedy);
  }

  /** The file that a socket is bound to; refused where its name leads there no more. */
  Optional<FileStat> boundFile(int pid, OpenFile file, UnixDiag diag) {
    if (diag.fileIno() == 0) {
      return Optional.empty();
    }
    try {
      FileStat stat = FileStat.of(path(pid, diag.name()));
      // The kernel tells the lower half of the inode number only.
      if (stat.type() == FileStat.S_IFSOCK && (int) stat.ino() == (int) diag.fileIno()) {
        return Optional.of(stat);
      }
    } catch (SyscallException e) {
      // Said below, whatever the reason: a restore would not find it either.
      refuse(
          RefusalCode.SOCKET_UNLINKED,
          file,
          "is bound to a file that is gone: " + e.getMessage(),
          CANNOT);
      return Optional.empty();
    }
    refuse(
        RefusalCode.SOCKET_UNLINKED,
        file,
        "is bound to " + diag.name() + ", now another file",
        CANNOT);
    return Optional.empty();
  }

  private static byte[] path(int pid, ByteString name) {
    byte[] folder =
        (name.byteAt(0) == '/' ? "" : "/proc/" + pid + "/cwd/").getBytes(StandardCharsets.US_ASCII);
    byte[] path = Arrays.copyOf(folder, folder.length + name.length());
    System.arraycopy(name.toByteArray(), 0, path, folder.length, name.length());
    return path;
  }

  /** Those at other ends that are not the task's. */
  OutsidePeers outside() {
    return outside;
  }

  /** Refuses connections that do not stay within the task, or cannot be made again. */
  void refuseConnection(OpenFile file, UnixDiag diag, int sockType) throws SyscallException {
    boolean datagram = sockType == Socket.SOCK_DGRAM;
    if (diag.pending() > 0 && !extUnix) {
      refuse(
          RefusalCode.SOCKET_BACKLOG,
          file,
          "has " + diag.pending() + " connections that it has not accepted",
          "let the task accept them, or dump with --ext-unix");
    }
    if (outside.has(diag, sockType) && outside.name(diag, sockType).isEmpty() && !extUnix) {
      refuse(
          RefusalCode.SOCKET_OUTSIDE,
          file,
          "is connected to a socket that is not the task's",
          "close it, or dump with --ext-unix: it comes back as one whose other end was closed");
    } else if (diag.hasPeer() && !(datagram ? mayConnect(diag) : mayMeet(diag, sockType))) {
      refuse(RefusalCode.SOCKET_NAME, file, "has an end whose name cannot be given again", CANNOT);
    }
  }

  /** Datagrams: either a pair, or the other end has a name to connect to. */
  private boolean mayConnect(UnixDiag diag) {
    UnixDiag peer = own.get(diag.peer());
    return peer == null || peer.peer() == diag.ino() || !peer.name().isEmpty();
  }

  /** Streams: a pair, or one end was accepted by a socket that still listens. */
  private boolean mayMeet(UnixDiag diag, int sockType) throws SyscallException {
    UnixDiag peer = own.get(diag.peer());
    if (peer == null) {
      return diag.name().isEmpty() || isAccepted(diag);
    }
    if (isAccepted(diag) || isAccepted(peer)) {
      return isAccepted(diag) != isAccepted(peer);
    }
    return isOneOfPair(diag, sockType) && isOneOfPair(peer, sockType);
  }

  /** NB: an end whose listening socket is closed has a name too; but that is not taken. */
  private boolean isOneOfPair(UnixDiag diag, int sockType) throws SyscallException {
    return diag.name().isEmpty() || Autobound.is(diag, sockType, diags.values());
  }

  /** NB: an accepted socket has the name of the one that listened. */
  private boolean isAccepted(UnixDiag diag) {
    return own.values().stream()
        .anyMatch(other -> other.listening() && other.name().equals(diag.name()));
  }

  /** Refuses descriptors that came in while we looked. */
  void refuseLate(OpenFile file) {
    refuse(
        RefusalCode.SOCKET_RIGHTS,
        file,
        "got descriptors in its queue (SCM_RIGHTS) during the dump",
        "try again");
  }

  /** Refuses queues whose content cannot be sent again. */
  void refuseMessages(OpenFile file, List<Sockets.Message> messages, int sockType) {
    UnixDiag diag = own.get(file.stat().ino());
    boolean nameless = diag.name().isEmpty() && outside.name(diag, sockType).isPresent();
    List<String> wrong = new ArrayList<>();
    for (Sockets.Message message : messages) {
      if (SocketQueue.isTruncated(message)
          || message.has(Socket.SCM_SECURITY)
          || message.has(Socket.SCM_PIDFD)) {
        refuse(
            RefusalCode.SOCKET_RIGHTS,
            file,
            "has a label or a pidfd in its queue (SO_PASSSEC, SO_PASSPIDFD)",
            "let the task receive them");
        return;
      }
      ByteString sender = ByteString.of(Sockets.pathOf(message.sender()));
      if (sockType == Socket.SOCK_DGRAM && !sender.isEmpty() && !hasName(sender)) {
        wrong.add("is from " + sender + ", which is not the task's");
      }
    }
    if (nameless && !messages.isEmpty()) {
      wrong.add("came from outside, and has no name to be sent to again");
    }
    if (!SocketQueue.fits(messages)) {
      wrong.add("makes the queue too large");
    }
    if (!wrong.isEmpty()) {
      refuseMessage(file, wrong.get(0));
    }
  }

  /** Refuses messages that say who sent them, where that was another process. */
  void refuseSenders(OpenFile file, List<Sockets.Message> messages, int pid) {
    messages.stream()
        .flatMap(message -> message.credentials().stream())
        .filter(creds -> creds[0] != pid)
        .findFirst()
        .ifPresent(creds -> refuseMessage(file, "is from process " + creds[0]));
  }

  private void refuseMessage(OpenFile file, String what) {
    refuse(RefusalCode.SOCKET_QUEUE, file, "has a message that " + what, "let the task receive it");
  }

  /** Refuses a stream of which a peek did not show all. */
  void refusePart(OpenFile file, List<Sockets.Message> queue, int lenBytes) {
    long seen = SocketQueue.lenBytes(queue);
    if (seen != lenBytes) {
      refuse(
          RefusalCode.SOCKET_QUEUE,
          file,
          "shows " + seen + " of " + lenBytes + " bytes",
          "let the task receive them");
    }
  }

  private boolean hasName(ByteString name) {
    return own.values().stream().anyMatch(other -> other.name().equals(name));
  }
}
