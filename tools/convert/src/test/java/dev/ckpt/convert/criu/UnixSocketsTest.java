package dev.ckpt.convert.criu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.convert.Losses;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.FileUnixSocket;
import dev.ckpt.format.record.SocketMessage;
import dev.ckpt.format.record.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class UnixSocketsTest {
  private static final int STREAM = FileUnixSocket.SOCK_STREAM;
  private static final int DGRAM = FileUnixSocket.SOCK_DGRAM;
  private static final int PACKETS = FileUnixSocket.SOCK_SEQPACKET;
  private static final ByteString CWD = ByteString.of("/srv");
  private static final ByteString NONE = ByteString.EMPTY;
  private static final int UID = 1000;

  private final Losses losses = new Losses(true);
  private final Map<Integer, FileUnixSocket> sockets = new LinkedHashMap<>();
  private final List<Criu.File> files = new ArrayList<>();
  private List<Integer> order = List.of();

  private void add(FileUnixSocket socket) {
    sockets.put((int) socket.inode(), socket);
  }

  /** Has CRIU's messages of all sockets made. */
  private void toCriu() throws CorruptImageException {
    ByteString comm = ByteString.of("it");
    Task task =
        new Task(
            8, 1, 8, 8, comm, 0, 0, 17, 0, 0, NONE, CWD, ByteString.of("/"), 1, 0, 0, 0, 0, 0, 0);
    List<ImageObject> objects = new ArrayList<>();
    objects.add(new ImageObject(0, 0, task));
    sockets.forEach((id, socket) -> objects.add(new ImageObject(0, id, socket)));
    UnixSockets all = new UnixSockets(ImageState.of(objects), () -> 1000, losses);
    order = all.ordered();
    for (int id : order) {
      Criu.SkOpts opts =
          SocketOptions.toCriu(SocketKind.UNIX, sockets.get(id).options(), option -> {}).getOpts();
      Criu.UnixSk usk = all.toCriu(id, opts, Fowns.NONE);
      files.add(Criu.File.newBuilder().setType(5).setId(id).setUsk(usk).build());
    }
    for (Criu.UnixSk usk : all.outside()) {
      files.add(Criu.File.newBuilder().setType(5).setId(usk.getId()).setUsk(usk).build());
    }
  }

  private Map<Integer, FileUnixSocket> toCkpt() {
    UnixSocketRecords records = new UnixSocketRecords(files, CWD);
    Map<Integer, FileUnixSocket> found = new LinkedHashMap<>();
    for (int id : sockets.keySet()) {
      List<ByteString> data = sockets.get(id).messages().stream().map(SocketMessage::data).toList();
      records.noteLosses(usk(id), losses);
      found.put(id, records.toCkpt(usk(id), UID, data));
    }
    return found;
  }

  private Criu.UnixSk usk(int id) {
    return files.stream().filter(file -> file.getId() == id).findFirst().orElseThrow().getUsk();
  }

  private static FileUnixSocket socket(int id, int type, int state, int peer, ByteString name) {
    return socket(id, type, state, peer, name, List.of());
  }

  private static FileUnixSocket socket(
      int id, int type, int state, int peer, ByteString name, List<SocketMessage> messages) {
    boolean file = !name.isEmpty() && name.byteAt(0) != 0;
    boolean gone = state == FileUnixSocket.PEER_GONE;
    return new FileUnixSocket(
        id,
        02,
        type,
        state,
        peer,
        state == FileUnixSocket.LISTENING ? 5 : 0,
        gone ? 3 : 0,
        UID,
        file ? 0140640 : 0,
        file ? 7 : 0,
        file ? 8 : 0,
        name,
        state == FileUnixSocket.CONNECTED_OUTSIDE ? ByteString.of("/run/log") : NONE,
        List.of(),
        messages);
  }

  private static SocketMessage message(ByteString sender, String data) {
    return new SocketMessage(sender, 0, 0, 0, ByteString.of(data));
  }

  private void assertLost(String name) {
    assertTrue(losses.notes().stream().anyMatch(note -> note.contains(name)), "" + losses.notes());
  }

  @RepeatedTest(100)
  void socketsComeBack(RepetitionInfo repetition) throws CorruptImageException {
    Random random = new Random(repetition.getCurrentRepetition());
    int id = 10;
    for (int i = 0; i < 20; i++) {
      int type = random.nextBoolean() ? STREAM : PACKETS;
      ByteString name = ByteString.of((random.nextBoolean() ? "\0" : "/run/") + "it" + id);
      switch (random.nextInt(6)) {
        case 0 -> addPair(id, random.nextBoolean() ? type : DGRAM);
        case 1 -> add(socket(id, type, FileUnixSocket.PEER_GONE, 0, NONE));
        case 2 -> add(socket(id, type, FileUnixSocket.LISTENING, 0, name));
        case 3 -> add(socket(id, DGRAM, FileUnixSocket.UNCONNECTED, 0, name));
        case 4 -> add(socket(id, DGRAM, FileUnixSocket.CONNECTED_OUTSIDE, 0, NONE));
        default -> addOneWay(id, name);
      }
      id += 2;
    }

    toCriu();

    assertEquals(sockets, toCkpt());
    assertEquals(List.of(), losses.notes());
  }

  private void addPair(int id, int type) {
    SocketMessage message = message(NONE, "first");
    add(socket(id, type, FileUnixSocket.CONNECTED, id + 1, NONE, List.of(message)));
    add(socket(id + 1, type, FileUnixSocket.CONNECTED, id, NONE));
  }

  private void addOneWay(int id, ByteString name) {
    ByteString sender = ByteString.of("\0from" + id);
    List<SocketMessage> queue = List.of(message(sender, "one"), message(sender, ""));
    add(socket(id, DGRAM, FileUnixSocket.CONNECTED, id + 1, sender));
    add(socket(id + 1, DGRAM, FileUnixSocket.UNCONNECTED, 0, name, queue));
  }

  @Test
  void peerStandsFirst() throws CorruptImageException {
    add(socket(1, DGRAM, FileUnixSocket.CONNECTED, 2, ByteString.of("\0a")));
    add(socket(2, DGRAM, FileUnixSocket.CONNECTED, 3, ByteString.of("\0b")));
    add(socket(3, DGRAM, FileUnixSocket.UNCONNECTED, 0, ByteString.of("\0c")));

    toCriu();

    assertEquals(List.of(3, 2, 1), order);
  }

  @Test
  void circleIsLost() throws CorruptImageException {
    add(socket(1, DGRAM, FileUnixSocket.CONNECTED, 2, ByteString.of("\0a")));
    add(socket(2, DGRAM, FileUnixSocket.CONNECTED, 3, ByteString.of("\0b")));
    add(socket(3, DGRAM, FileUnixSocket.CONNECTED, 1, ByteString.of("\0c")));

    toCriu();

    assertEquals(3, order.size());
    assertLost("FILE_UNIX_SOCKET.peer");
  }

  @Test
  void refusesPeerThatIsNotThere() {
    add(socket(1, STREAM, FileUnixSocket.CONNECTED, 2, NONE));

    assertThrows(CorruptImageException.class, this::toCriu);
  }

  @Test
  void pathEndsWithZeroWhereThereIsRoom() throws CorruptImageException {
    byte[] full = new byte[108];
    Arrays.fill(full, (byte) 'x');
    full[0] = '/';
    add(socket(1, STREAM, FileUnixSocket.LISTENING, 0, ByteString.of("/run/a")));
    add(socket(2, STREAM, FileUnixSocket.LISTENING, 0, ByteString.of(full)));

    toCriu();

    assertEquals("/run/a\0", usk(1).getName().toStringUtf8());
    assertEquals(108, usk(2).getName().size());
    assertEquals(sockets, toCkpt());
  }

  @Test
  void relativeNameCountsFromTheFolderOfTheTask() throws CorruptImageException {
    add(socket(1, STREAM, FileUnixSocket.LISTENING, 0, ByteString.of("a")));

    toCriu();

    assertEquals("/srv", usk(1).getNameDir().toStringUtf8());
    assertEquals(sockets, toCkpt());
    files.set(0, with(usk(1).toBuilder().setNameDir(Protos.bytes(ByteString.of("/tmp")))));
    assertEquals(NONE, toCkpt().get(1).name());
    assertLost("name_dir");
  }

  private static Criu.File with(Criu.UnixSk.Builder usk) {
    return Criu.File.newBuilder().setType(5).setId(usk.getId()).setUsk(usk).build();
  }

  @Test
  void senderThatCriuDoesNotTakeIsLost() throws CorruptImageException {
    ByteString other = ByteString.of("\0other");
    List<SocketMessage> queue = List.of(message(other, "one"));
    add(socket(1, DGRAM, FileUnixSocket.UNCONNECTED, 0, ByteString.of("\0a"), queue));
    add(socket(2, DGRAM, FileUnixSocket.UNCONNECTED, 0, other));

    toCriu();

    assertLost("FILE_UNIX_SOCKET.messages.sender");
  }

  @Test
  void datagramsWithoutPeerAreLost() throws CorruptImageException {
    add(socket(1, DGRAM, FileUnixSocket.PEER_GONE, 0, NONE));

    toCriu();

    assertLost("FILE_UNIX_SOCKET.state");
  }

  @Test
  void connectionThatWasNotAcceptedIsLost() throws CorruptImageException {
    add(socket(1, STREAM, FileUnixSocket.LISTENING, 0, ByteString.of("\0a")));
    add(socket(2, STREAM, FileUnixSocket.PEER_GONE, 0, NONE));
    toCriu();
    int at = files.get(0).getId() == 2 ? 0 : 1;
    files.set(at, with(usk(2).toBuilder().setPeer(1)));

    assertEquals(FileUnixSocket.PEER_GONE, toCkpt().get(2).state());
    assertLost("not accepted");
  }

  @Test
  void acceptedSocketKeepsItsNameOnlyWhileSomebodyListens() throws CorruptImageException {
    ByteString name = ByteString.of("\0a");
    add(socket(1, STREAM, FileUnixSocket.LISTENING, 0, name));
    add(socket(2, STREAM, FileUnixSocket.CONNECTED, 3, name));
    add(socket(3, STREAM, FileUnixSocket.CONNECTED, 2, NONE));
    toCriu();
    assertEquals(name, toCkpt().get(2).name());

    files.removeIf(file -> file.getId() == 1);
    sockets.remove(1);

    assertFalse(losses.notes().stream().anyMatch(note -> note.contains("accepted by")));
    assertEquals(NONE, toCkpt().get(2).name());
    assertLost("accepted by a socket that is closed");
  }
}
