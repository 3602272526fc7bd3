package dev.ckpt.convert.criu;

import dev.ckpt.convert.Losses;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.SocketFilter;
import dev.ckpt.format.record.SocketRights;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes records of the sockets of a folder, of what waits in them, and of their filters. */
final class SocketRecords {
  private final CriuFolder folder;
  private final UnixSocketRecords unix;
  private final Map<Integer, List<SocketQueues.Packet>> queues;
  private final int uid;

  private SocketRecords(CriuFolder folder, Map<Integer, List<SocketQueues.Packet>> queues) {
    this.folder = folder;
    this.unix = new UnixSocketRecords(folder.filesById().values(), cwd(folder));
    this.queues = queues;
    this.uid = folder.leader().getThreadCore().getCreds().getFsuid();
  }

  /** Begins, and reads what waits in all of them. */
  static SocketRecords of(CriuFolder folder) throws IOException {
    return new SocketRecords(folder, SocketQueues.read(folder));
  }

  private static ByteString cwd(CriuFolder folder) {
    Criu.File cwd = folder.filesById().get(folder.fs().getCwdId());
    return cwd == null ? ByteString.EMPTY : Protos.bytes(cwd.getReg().getName());
  }

  /** Notes what an image has no place for. */
  void noteLosses(Criu.File file, Losses losses) {
    if (file.hasUsk()) {
      unix.noteLosses(file.getUsk(), losses);
    } else if (file.hasIsk()) {
      InetSockets.noteLosses(file.getIsk(), losses);
    }
  }

  /** The files that wait in one socket of these or more, and in the sockets that wait there. */
  Set<Integer> inFlight(Set<Integer> sockets) {
    Set<Integer> found = new LinkedHashSet<>();
    Deque<Integer> left = new ArrayDeque<>(sockets);
    while (!left.isEmpty()) {
      for (SocketQueues.Packet packet : queues.getOrDefault(left.remove(), List.of())) {
        for (int file : packet.files()) {
          if (!sockets.contains(file) && found.add(file)) {
            left.add(file);
          }
        }
      }
    }
    return found;
  }

  /** A socket. */
  ImageRecord record(Criu.File file) {
    if (file.hasIsk()) {
      return InetSockets.toCkpt(file.getIsk(), uid);
    }
    List<ByteString> data =
        queues.getOrDefault(file.getId(), List.of()).stream()
            .map(SocketQueues.Packet::data)
            .toList();
    return unix.toCkpt(file.getUsk(), uid, data);
  }

  /**
   * Writes what belongs to sockets, and is there when all files are.
   *
   * @param open the references of open files by their numbers
   */
  void writeRest(Map<Integer, Integer> open, ImageWriter image) throws IOException {
    for (Map.Entry<Integer, Integer> file : open.entrySet()) {
      writeRights(file.getKey(), open, image);
      Criu.InetSk inet = folder.filesById().get(file.getKey()).getIsk();
      if (InetSockets.isConnection(inet)) {
        image.write(TcpStreams.read(folder, inet, file.getValue()));
      }
      List<Long> filter = opts(folder.filesById().get(file.getKey())).getSoFilterList();
      if (!filter.isEmpty()) {
        image.write(new SocketFilter(file.getValue(), 0, SocketOptions.filterToCkpt(filter)));
      }
    }
  }

  private static Criu.SkOpts opts(Criu.File file) {
    return file.hasUsk() ? file.getUsk().getOpts() : file.getIsk().getOpts();
  }

  private void writeRights(int socket, Map<Integer, Integer> open, ImageWriter image)
      throws IOException {
    int at = 0;
    for (SocketQueues.Packet packet : queues.getOrDefault(socket, List.of())) {
      List<Integer> files =
          packet.files().stream().filter(open::containsKey).map(open::get).toList();
      if (!files.isEmpty()) {
        image.write(new SocketRights(open.get(socket), at, files));
      }
      at++;
    }
  }
}
