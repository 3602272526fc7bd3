package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.kernel.UnixDiag;
import dev.ckpt.core.tracee.RemoteCall;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileUnixSocket;
import dev.ckpt.format.record.SocketMessage;
import dev.ckpt.format.record.SocketOption;
import dev.ckpt.format.record.SocketRights;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A unix socket that listens, is connected to another of the same task, or is not connected. */
final class UnixSocket implements FileKind {
  /** What was found out about one. */
  private record Found(
      UnixDiag diag, int sockType, Optional<FileStat> file, List<SocketOption> options) {}

  private final Map<OpenFile, Found> found = new HashMap<>();
  private final Map<OpenFile, List<Flight.Queued>> queues = new HashMap<>();
  private UnixRefusals refusals;
  private SocketFilters filters;

  @Override
  public void survey(Files files, List<OpenFile> mine) throws CkptException {
    Map<Long, UnixDiag> diags = UnixDiag.all();
    refusals = new UnixRefusals(files.target(), mine, diags);
    SocketRefusals common = new SocketRefusals(files);
    filters = new SocketFilters(files.target());
    common.refuseShared(mine);
    for (OpenFile file : mine) {
      UnixDiag diag = diags.get(file.stat().ino());
      try (Fd socket = files.duplicate(file)) {
        int type = Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_TYPE);
        Optional<FileStat> bound = refusals.boundFile(files.target().pid(), file, diag);
        found.put(file, new Found(diag, type, bound, SocketOptions.of(socket, new int[0][])));
        refusals.refuseConnection(file, diag, type);
        filters.survey(file, socket);
        Optional<List<Flight.Queued>> queue = files.flight().queue(file);
        if (queue.isPresent()) {
          queues.put(file, queue.get());
        } else if (!common.refuses(file, socket) && type == Socket.SOCK_STREAM) {
          surveyStream(file, socket, diag);
        }
      }
    }
  }

  private void surveyStream(OpenFile file, Fd socket, UnixDiag diag) throws CkptException {
    if (!diag.listening()) {
      SocketQueue.ofPlainStream(socket)
          .ifPresent(messages -> queues.put(file, Flight.Queued.withoutFiles(messages)));
    }
  }

  /** The other end may be in flight. */
  @Override
  public boolean needsAll() {
    return true;
  }

  @Override
  public void ask(Files files, List<OpenFile> mine, RemoteSyscalls calls) throws CkptException {
    for (OpenFile file : mine) {
      if (isToBeRead(file)) {
        queues.put(file, Flight.Queued.withoutFiles(peek(files, file, calls)));
      }
    }
    for (OpenFile file : mine) {
      int type = found.get(file).sockType();
      refusals.refuseMessages(file, messages(file), type);
      if (asksForCredentials(found.get(file))) {
        refusals.refuseSenders(file, messages(file), files.target().pid());
      }
      if (type == Socket.SOCK_STREAM && !found.get(file).diag().listening()) {
        try (Fd socket = files.duplicate(file)) {
          refusals.refusePart(file, messages(file), Sockets.inputBytes(socket));
        }
      }
    }
  }

  @Override
  public List<RemoteCall> questions(List<OpenFile> mine) {
    return mine.stream().anyMatch(this::isToBeRead) ? SocketQueue.QUESTIONS : List.of();
  }

  private boolean isToBeRead(OpenFile file) {
    Found socket = found.get(file);
    // One that is refused may be missing.
    return socket != null && !socket.diag().listening() && !queues.containsKey(file);
  }

  private List<Sockets.Message> peek(Files files, OpenFile file, RemoteSyscalls calls)
      throws CkptException {
    try (Fd socket = files.duplicate(file)) {
      List<Sockets.Message> messages = SocketQueue.ofUnix(calls, file.fd(), socket);
      if (SocketQueue.closeRights(messages)) {
        refusals.refuseLate(file);
      }
      return messages;
    }
  }

  private List<Flight.Queued> queue(OpenFile file) {
    return queues.getOrDefault(file, List.of());
  }

  private List<Sockets.Message> messages(OpenFile file) {
    return queue(file).stream().map(Flight.Queued::message).toList();
  }

  @Override
  public int save(Files files, OpenFile file) throws CkptException {
    Found socket = found.get(file);
    UnixDiag diag = socket.diag();
    Optional<FileStat> bound = socket.file();
    Optional<ByteString> peerName = refusals.outside().name(diag, socket.sockType());
    int state = peerName.isPresent() ? FileUnixSocket.CONNECTED_OUTSIDE : state(socket);
    int objref =
        files
            .context()
            .addTarget(
                new FileUnixSocket(
                    diag.ino(),
                    file.flags(),
                    socket.sockType(),
                    state,
                    state == FileUnixSocket.CONNECTED ? diag.peer() : 0,
                    diag.backlog(),
                    diag.shutdown(),
                    file.stat().uid(),
                    bound.map(FileStat::mode).orElse(0),
                    bound.map(FileStat::uid).orElse(0),
                    bound.map(FileStat::gid).orElse(0),
                    diag.name(),
                    peerName.orElse(ByteString.of("")),
                    socket.options(),
                    records(messages(file), asksForCredentials(socket))));
    filters.save(files.context(), file, objref);
    return objref;
  }

  /** Which files come with which message: each of them has its record now. */
  @Override
  public void join(Files files, OpenFile file) {
    List<Flight.Queued> queue = queue(file);
    for (int i = 0; i < queue.size(); i++) {
      List<OpenFile> along = queue.get(i).files();
      if (!along.isEmpty()) {
        List<Integer> objrefs = along.stream().map(files::objref).toList();
        files.context().add(new SocketRights(files.objref(file), i, objrefs));
      }
    }
  }

  private int state(Found socket) {
    UnixDiag diag = socket.diag();
    if (diag.listening()) {
      return FileUnixSocket.LISTENING;
    }
    if (!diag.hasPeer()) {
      return FileUnixSocket.UNCONNECTED;
    }
    boolean gone = diag.peer() == 0 || refusals.outside().has(diag, socket.sockType());
    return gone ? FileUnixSocket.PEER_GONE : FileUnixSocket.CONNECTED;
  }

  private static boolean asksForCredentials(Found socket) {
    return socket.options().stream()
        .anyMatch(
            option -> option.level() == Socket.SOL_SOCKET && option.name() == Socket.SO_PASSCRED);
  }

  /**
   * The records of messages.
   *
   * @param asked whether the task asked for credentials; we may have done so to find the end
   */
  private static List<SocketMessage> records(List<Sockets.Message> messages, boolean asked) {
    List<SocketMessage> records = new ArrayList<>();
    for (Sockets.Message message : messages) {
      int[] credentials = message.credentials().filter(c -> asked).orElse(new int[3]);
      ByteString sender = ByteString.of(Sockets.pathOf(message.sender()));
      records.add(
          new SocketMessage(
              sender,
              credentials[0],
              credentials[1],
              credentials[2],
              ByteString.of(message.data())));
    }
    return records;
  }
}
