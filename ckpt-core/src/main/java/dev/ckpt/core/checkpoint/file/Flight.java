package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.FileLock;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Descriptors in flight: files that wait in the queues of the target's unix sockets (SCM_RIGHTS).
 *
 * <p>A peek installs them in us. What the target has a descriptor of too is known by kcmp(2);
 * anything else is one more open file of the target's, which we hold until the dump is over. It may
 * be a socket in whose queue more of them wait.
 */
final class Flight {
  private static final String RECEIVE = "let the task receive it";

  /** A message that waits, and the files that come with it. */
  record Queued(Sockets.Message message, List<OpenFile> files) {
    static List<Queued> withoutFiles(List<Sockets.Message> messages) {
      return messages.stream().map(message -> new Queued(message, List.of())).toList();
    }
  }

  private final Files files;
  private final FileKinds kinds;
  private final Map<OpenFile, List<Queued>> queues = new HashMap<>();
  private final Deque<OpenFile> arrived = new ArrayDeque<>();
  private final List<Fd> held = new ArrayList<>();
  private Map<Integer, String> ours = Map.of();
  private boolean there;

  Flight(Files files, FileKinds kinds) {
    this.files = files;
    this.kinds = kinds;
  }

  /** Looks whether there are any, as fdinfo counts them (Linux 5.8, net/unix/af_unix.c). */
  boolean survey() throws CkptException {
    for (OpenFile socket : sockets()) {
      there |= count(socket) > 0;
    }
    if (there) {
      ours = Holders.descriptors(Tasks.self(), Set.of());
      SocketRefusals common = new SocketRefusals(files);
      for (OpenFile socket : sockets()) {
        try (Fd duplicate = files.duplicate(socket)) {
          common.refuses(socket, duplicate);
        }
      }
    }
    return there;
  }

  /** Whether the target has any. */
  boolean isThere() {
    return there;
  }

  private List<OpenFile> sockets() {
    return files.all().stream().filter(file -> file.kind() instanceof UnixSocket).toList();
  }

  private static int count(OpenFile socket) {
    return socket.info().moreAfter("scm_fds:").stream().mapToInt(Integer::parseInt).sum();
  }

  /**
   * Our descriptors that we have only because of the dump: they do not make us one who holds a file
   * of the target's. NB: a number that we had before may be another's by now.
   */
  Set<Integer> borrowed() {
    if (!there) {
      return Set.of();
    }
    Set<Integer> borrowed = new HashSet<>();
    held.forEach(fd -> borrowed.add(fd.number()));
    Holders.descriptors(Tasks.self(), Set.of())
        .forEach(
            (fd, link) -> {
              if (!link.equals(ours.get(fd))) {
                borrowed.add(fd);
              }
            });
    return borrowed;
  }

  /** What waits in a socket, where it was read here. */
  Optional<List<Queued>> queue(OpenFile socket) {
    return Optional.ofNullable(queues.get(socket));
  }

  /** Refuses a file that is in flight alone. */
  void refuse(OpenFile file, String what) {
    files.target().refusals().add(RefusalCode.SOCKET_RIGHTS, file.name() + " " + what, RECEIVE);
  }

  /** Reads the queues of all unix sockets, those in flight too. */
  void read(RemoteSyscalls calls) throws CkptException {
    files.context().hold(() -> held.forEach(Fd::close));
    for (OpenFile socket : sockets()) {
      try (Fd duplicate = files.duplicate(socket)) {
        if (!listens(duplicate)) {
          sort(socket, SocketQueue.ofUnix(calls, socket.fd(), duplicate));
        }
      }
    }
    while (!arrived.isEmpty()) {
      readAlone(arrived.remove());
    }
  }

  private static boolean listens(Fd socket) throws CkptException {
    return Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_ACCEPTCONN) != 0;
  }

  /** A socket that the target has no descriptor of. */
  private void readAlone(OpenFile socket) throws CkptException {
    try (Fd duplicate = files.duplicate(socket)) {
      if (new SocketRefusals(files).refuses(socket, duplicate) || listens(duplicate)) {
        return;
      }
      Optional<List<Sockets.Message>> messages = SocketQueue.ofUnixAlone(duplicate);
      if (messages.isPresent()) {
        sort(socket, messages.get());
      } else {
        refuse(socket, "has more in its queue than can be seen");
      }
    }
  }

  /** Finds out which files came along. */
  private void sort(OpenFile socket, List<Sockets.Message> messages) throws CkptException {
    int nr = 0;
    for (Sockets.Message message : messages) {
      // From here on they are closed whatever fails.
      Arrays.stream(message.descriptors()).forEach(number -> held.add(new Fd(number)));
      nr += message.rights().length;
    }
    if (nr != count(socket)) {
      String what = "shows " + nr + " of " + count(socket) + " descriptors in flight";
      files.target().refusals().add(RefusalCode.SOCKET_RIGHTS, socket.name() + " " + what, RECEIVE);
    }
    List<Queued> queue = new ArrayList<>();
    for (Sockets.Message message : messages) {
      List<OpenFile> along = new ArrayList<>();
      for (int number : message.rights()) {
        identify(number).ifPresent(along::add);
      }
      queue.add(new Queued(message, along));
    }
    queues.put(socket, queue);
  }

  /** NB: a lease is given to nobody while the file is open twice, as it is in the making. */
  private static boolean isOfDescription(FileLock lock) {
    return lock.type() == FileLock.Type.FLOCK || lock.type() == FileLock.Type.OFDLCK;
  }

  private Optional<OpenFile> identify(int number) throws CkptException {
    Optional<OpenFile> known = files.same(Tasks.self(), number);
    if (known.isPresent()) {
      return known;
    }
    Optional<OpenFile> found = kinds.look(Tasks.self(), number);
    if (found.isPresent()) {
      OpenFile file = found.get();
      files.add(file);
      if (!file.info().locks().stream().allMatch(Flight::isOfDescription)) {
        refuse(file, "holds a lease");
      }
      if (file.kind() instanceof PtySide) {
        refuse(file, "is a side of a pseudo terminal of the task's");
      }
      if (file.kind() instanceof UnixSocket) {
        arrived.add(file);
      }
    }
    return found;
  }
}
