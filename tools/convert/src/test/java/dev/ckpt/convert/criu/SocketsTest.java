package dev.ckpt.convert.criu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ckpt.convert.Losses;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.FileInetSocket;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.SocketFilter;
import dev.ckpt.format.record.Task;
import dev.ckpt.format.record.TcpSock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SocketsTest {
  private static final int ID = 7;
  private static final ByteString NONE = ByteString.EMPTY;
  private static final ByteString LOOPBACK =
      ByteString.of(new byte[] {2, 0, 0, 80, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0});

  private final Losses losses = new Losses(true);

  private static FileInetSocket tcp(int state, ByteString peer) {
    return new FileInetSocket(ID, 2, 2, 1, 6, state, 0, 0, 1000, LOOPBACK, peer, List.of());
  }

  private static TcpSock connection() {
    return new TcpSock(
        ID,
        TcpSock.TCP_CLOSE_WAIT,
        0,
        0,
        0,
        1460,
        0,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        50_000,
        60_000,
        0,
        NONE,
        NONE);
  }

  private List<Criu.File.Builder> toCriu(FileInetSocket socket, ImageRecord... more)
      throws CorruptImageException {
    ByteString root = ByteString.of("/");
    Task task = new Task(8, 1, 8, 8, NONE, 0, 0, 17, 0, 0, NONE, root, root, 1, 0, 0, 0, 0, 0, 0);
    List<ImageObject> objects = new ArrayList<>();
    objects.add(new ImageObject(0, 0, task));
    objects.add(new ImageObject(0, ID, socket));
    for (ImageRecord each : more) {
      objects.add(new ImageObject(0, 0, each));
    }
    return new Sockets(ImageState.of(objects), () -> 1000, id -> Fowns.NONE, losses).toCriu();
  }

  @Test
  void liveConnectionHasTheStateAndSizesOfItsTcpSock() throws CorruptImageException {
    Criu.InetSk isk = toCriu(tcp(FileInetSocket.CONNECTED, LOOPBACK), connection()).get(0).getIsk();

    assertEquals(TcpSock.TCP_CLOSE_WAIT, isk.getState());
    assertEquals(50_000, isk.getOpts().getSoSndbuf());
    assertEquals(60_000, isk.getOpts().getSoRcvbuf());
    assertEquals(0, isk.getOpts().getSoBufLock());
  }

  @Test
  void refusesLiveConnectionWithoutTcpSock() {
    assertThrows(
        CorruptImageException.class, () -> toCriu(tcp(FileInetSocket.CONNECTED, LOOPBACK)));
  }

  @Test
  void refusesAddressOfAnotherDomain() {
    ByteString address = ByteString.of(new byte[] {10, 0, 0, 80});
    FileInetSocket socket =
        new FileInetSocket(ID, 2, 2, 1, 6, 0, 0, 0, 0, address, NONE, List.of());

    assertThrows(CorruptImageException.class, () -> toCriu(socket));
  }

  @Test
  void filterGoesWithItsSocketAndLosesItsLock() throws CorruptImageException {
    SocketFilter filter =
        new SocketFilter(ID, 1, ByteString.of(new byte[] {6, 0, 0, 0, 1, 0, 0, 0}));

    Criu.InetSk isk = toCriu(tcp(FileInetSocket.UNCONNECTED, NONE), filter).get(0).getIsk();

    assertEquals(List.of(6L << 48 | 1), isk.getOpts().getSoFilterList());
    assertEquals(1, losses.notes().stream().filter(n -> n.contains("SOCKET_FILTER")).count());
  }
}
