package dev.ckpt.convert.criu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.convert.Losses;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileInetSocket;
import dev.ckpt.format.record.TcpSock;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class InetSocketsTest {
  private static final int ID = 7;
  private static final int UID = 1000;
  private static final int UDP = 17;

  private final Losses losses = new Losses(true);

  private Criu.InetSk toCriu(FileInetSocket socket) {
    return InetSockets.toCriu(ID, socket, Fowns.NONE, losses).build();
  }

  private void assertLost(String name) {
    assertEquals(1, losses.notes().size());
    assertTrue(losses.notes().get(0).contains(name), losses.notes().get(0));
  }

  private static ByteString address(Random random, int domain) {
    byte[] bytes = new byte[domain == FileInetSocket.AF_INET ? 16 : 28];
    bytes[0] = (byte) domain;
    bytes[2] = (byte) random.nextInt(256);
    bytes[3] = (byte) (1 + random.nextInt(255));
    int from = domain == FileInetSocket.AF_INET ? 4 : 8;
    int len = domain == FileInetSocket.AF_INET ? 4 : 16;
    for (int i = from; i < from + len; i++) {
      bytes[i] = (byte) random.nextInt(256);
    }
    return ByteString.of(bytes);
  }

  private static FileInetSocket socket(Random random) {
    int domain = random.nextBoolean() ? FileInetSocket.AF_INET : FileInetSocket.AF_INET6;
    boolean tcp = random.nextBoolean();
    int state = random.nextInt(3);
    boolean udpListens = !tcp && state == FileInetSocket.LISTENING;
    state = udpListens ? FileInetSocket.UNCONNECTED : state;
    int protocol = tcp ? SocketKind.IPPROTO_TCP : UDP;
    boolean named = random.nextBoolean() || state != FileInetSocket.UNCONNECTED;
    return new FileInetSocket(
        ID,
        02 | (random.nextBoolean() ? 04000 : 0),
        domain,
        tcp ? FileInetSocket.SOCK_STREAM : FileInetSocket.SOCK_DGRAM,
        protocol,
        state,
        state == FileInetSocket.LISTENING ? random.nextInt(100) : 0,
        tcp ? 0 : random.nextInt(4),
        UID,
        named ? address(random, domain) : ByteString.EMPTY,
        state == FileInetSocket.CONNECTED ? address(random, domain) : ByteString.EMPTY,
        SocketSamples.options(random, new SocketKind(domain, protocol)));
  }

  @RepeatedTest(200)
  void socketComesBack(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    FileInetSocket socket = socket(random);

    Criu.InetSk there = toCriu(socket);

    assertEquals(socket, InetSockets.toCkpt(there, UID));
    assertEquals(List.of(), losses.notes());
    InetSockets.noteLosses(there, losses);
    assertEquals(List.of(), losses.notes());
    assertTrue(InetSockets.isKnown(there));
  }

  @Test
  void wordsOfAddressHaveTheBytesOfTheWire() {
    byte[] bytes = new byte[16];
    System.arraycopy(new byte[] {2, 0, 0, 80, 127, 0, 0, 1}, 0, bytes, 0, 8);
    FileInetSocket socket = plain(FileInetSocket.AF_INET, ByteString.of(bytes));

    Criu.InetSk there = toCriu(socket);

    assertEquals(80, there.getSrcPort());
    assertEquals(List.of(0x0100007f), there.getSrcAddrList());
    assertEquals(7, there.getState());
  }

  @Test
  void scopeWithoutDeviceIsLost() {
    byte[] bytes = new byte[28];
    bytes[0] = FileInetSocket.AF_INET6;
    bytes[3] = 80;
    bytes[24] = 2;

    toCriu(plain(FileInetSocket.AF_INET6, ByteString.of(bytes)));

    assertLost("FILE_INET_SOCKET.name");
  }

  @Test
  void connectionThatIsOverIsLost() {
    FileInetSocket over =
        new FileInetSocket(
            ID, 2, 2, 1, 6, FileInetSocket.OVER, 0, 0, 0, SockAddr.NONE, SockAddr.NONE, List.of());

    toCriu(over);

    assertLost("FILE_INET_SOCKET.state");
  }

  @Test
  void refusesAddressOfOtherFamily() {
    Criu.InetSk there =
        toCriu(plain(FileInetSocket.AF_INET, ByteString.EMPTY)).toBuilder()
            .setSrcPort(80)
            .addSrcAddr(1)
            .build();

    assertThrows(IllegalArgumentException.class, () -> InetSockets.toCkpt(there, UID));
  }

  @Test
  void connectionThatIsBeingMadeIsUnknown() {
    Criu.InetSk.Builder there = toCriu(plain(FileInetSocket.AF_INET, ByteString.EMPTY)).toBuilder();

    assertFalse(InetSockets.isKnown(there.setState(2).build()));
    assertTrue(InetSockets.isKnown(there.setState(TcpSock.TCP_FIN_WAIT2).build()));
  }

  @Test
  void shutdownThatTheStateDoesNotTellIsLost() {
    Criu.InetSk.Builder there =
        toCriu(plain(FileInetSocket.AF_INET, ByteString.EMPTY)).toBuilder().setShutdown(1);

    InetSockets.noteLosses(there.setState(TcpSock.TCP_CLOSE_WAIT).build(), losses);
    assertEquals(List.of(), losses.notes());
    InetSockets.noteLosses(there.setState(TcpSock.TCP_ESTABLISHED).build(), losses);
    assertLost("shutdown");
  }

  private static FileInetSocket plain(int domain, ByteString name) {
    return new FileInetSocket(ID, 2, domain, 1, 6, 0, 0, 0, UID, name, SockAddr.NONE, List.of());
  }

  @RepeatedTest(100)
  void connectionComesBack(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    int[] states = {TcpSock.TCP_ESTABLISHED, TcpSock.TCP_CLOSE_WAIT, TcpSock.TCP_FIN_WAIT1};
    int state = states[random.nextInt(states.length)];
    ByteString out = ByteString.of(new byte[random.nextInt(50)]);
    ByteString in = ByteString.of(new byte[random.nextInt(50)]);
    boolean closed = state == TcpSock.TCP_FIN_WAIT1;
    int unsent = out.isEmpty() ? 0 : random.nextInt(out.length());
    TcpSock tcp =
        new TcpSock(
            ID,
            state,
            TcpSock.OPT_TIMESTAMPS | TcpSock.OPT_WSCALE | (random.nextBoolean() ? 2 : 0),
            random.nextInt(15),
            random.nextInt(15),
            1460,
            random.nextInt(),
            random.nextInt(),
            random.nextInt(),
            random.nextInt(),
            random.nextInt(),
            random.nextInt(),
            random.nextInt(),
            random.nextInt(),
            87_040,
            131_072,
            closed && unsent > 0 ? unsent + 1 : unsent,
            out,
            in);
    Criu.InetSk.Builder socket =
        toCriu(plain(FileInetSocket.AF_INET, ByteString.EMPTY)).toBuilder().setState(state);
    socket.getOptsBuilder().setSoSndbuf(tcp.sndbuf()).setSoRcvbuf(tcp.rcvbuf());

    Criu.TcpStream stream = TcpStreams.toCriu(tcp, tcp.unsentBytes());

    assertEquals(tcp.unsentBytes(), stream.getUnsqLen());
    assertEquals(tcp, TcpStreams.toCkpt(ID, socket.build(), stream, out, in));
  }
}
