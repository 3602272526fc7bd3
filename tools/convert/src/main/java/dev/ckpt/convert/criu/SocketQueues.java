package dev.ckpt.convert.criu;

import dev.ckpt.convert.OutputFolder;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.FileUnixSocket;
import dev.ckpt.format.record.SocketMessage;
import dev.ckpt.format.record.SocketRights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What waits in unix sockets, with the files that come along: sk-queues.img. */
final class SocketQueues {
  private static final int SCM_RIGHTS = 1;

  /**
   * What waits: a datagram, or a piece of a stream.
   *
   * @param files the numbers of the files that come along
   */
  record Packet(ByteString data, List<Integer> files) {}

  private SocketQueues() {}

  /**
   * Writes the queues of all sockets.
   *
   * @param known the numbers of the files that the folder has
   */
  static void write(ImageState state, Set<Integer> known, OutputFolder folder) throws IOException {
    Map<Integer, Map<Integer, SocketRights>> rights = new HashMap<>();
    for (SocketRights each : state.all(SocketRights.class)) {
      rights.computeIfAbsent(each.socket(), socket -> new HashMap<>()).put(each.message(), each);
    }
    Map<Integer, FileUnixSocket> sockets = new LinkedHashMap<>(state.shared(FileUnixSocket.class));
    sockets.values().removeIf(socket -> socket.messages().isEmpty());
    if (sockets.isEmpty()) {
      return;
    }
    try (ImgWriter out = ImgWriter.create(folder, ImgKind.SK_QUEUES, ImgKind.SK_QUEUES.file())) {
      for (Map.Entry<Integer, FileUnixSocket> socket : sockets.entrySet()) {
        int at = 0;
        for (SocketMessage message : socket.getValue().messages()) {
          SocketRights along = rights.getOrDefault(socket.getKey(), Map.of()).get(at++);
          out.write(packet(socket.getKey(), message, along, known));
          out.writeRaw(ByteBuffer.wrap(message.data().toByteArray()));
        }
      }
    }
  }

  private static Criu.SkPacket packet(
      int socket, SocketMessage message, SocketRights along, Set<Integer> known) {
    Criu.SkPacket.Builder packet =
        Criu.SkPacket.newBuilder().setIdFor(socket).setLength(message.data().length());
    if (along != null) {
      List<Integer> files = along.files().stream().filter(known::contains).toList();
      if (!files.isEmpty()) {
        packet.addScm(Criu.Scm.newBuilder().setType(SCM_RIGHTS).addAllRights(files));
      }
    }
    return packet.build();
  }

  /** Reads what waits, by the numbers of the sockets. */
  static Map<Integer, List<Packet>> read(CriuFolder folder) throws IOException {
    Map<Integer, List<Packet>> queues = new HashMap<>();
    String name = ImgKind.SK_QUEUES.file();
    try (ImgReader in = ImgReader.open(folder.folder(), ImgKind.SK_QUEUES, name)) {
      Optional<Criu.SkPacket> next = in.next(Criu.SkPacket.parser());
      while (next.isPresent()) {
        Criu.SkPacket packet = next.get();
        Criu.File file = folder.filesById().get(packet.getIdFor());
        if (file == null || !file.hasUsk()) {
          throw in.bad("id_for", "a unix socket", "file " + packet.getIdFor());
        }
        queues
            .computeIfAbsent(packet.getIdFor(), socket -> new ArrayList<>())
            .add(new Packet(data(in, packet), files(in, packet)));
        next = in.next(Criu.SkPacket.parser());
      }
    }
    return queues;
  }

  private static ByteString data(ImgReader in, Criu.SkPacket packet) throws IOException {
    long lenBytes = Integer.toUnsignedLong(packet.getLength());
    if (lenBytes > Math.min(in.left(), Limits.MAX_SOCKET_QUEUE_BYTES)) {
      throw in.bad("length", "at most what is left of the file", Long.toString(lenBytes));
    }
    byte[] bytes = new byte[(int) lenBytes];
    in.readFully(ByteBuffer.wrap(bytes));
    return ByteString.of(bytes);
  }

  private static List<Integer> files(ImgReader in, Criu.SkPacket packet) throws IOException {
    List<Integer> files = new ArrayList<>();
    for (Criu.Scm scm : packet.getScmList()) {
      if (scm.getType() != SCM_RIGHTS) {
        throw in.bad("scm", "type " + SCM_RIGHTS, "type " + scm.getType());
      }
      files.addAll(scm.getRightsList());
    }
    return files;
  }
}
