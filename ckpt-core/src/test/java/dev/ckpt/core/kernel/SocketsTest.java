package dev.ckpt.core.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.format.ByteString;
import java.lang.ref.Reference;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SocketsTest {
  private static final byte[] NAME = ("\0ckpt-test/" + ProcessHandle.current().pid()).getBytes();

  private static void bind(Fd socket) throws SyscallException {
    NativeBuffer address = NativeBuffer.of(Sockets.unixAddress(NAME));
    Call.check(
        LibC.bind(socket.number(), address.address(), address.size()), "", "bind", "our name");
    Reference.reachabilityFence(address);
  }

  private static long inode(Fd socket) throws SyscallException {
    return FileStat.of("/proc/self/fd/" + socket.number()).ino();
  }

  @Test
  void tellsTheProtocol() throws SyscallException {
    try (Fd unix = Sockets.open(Socket.AF_UNIX, Socket.SOCK_DGRAM, 0);
        Fd tcp = Sockets.open(Socket.AF_INET, Socket.SOCK_STREAM, 0)) {
      assertTrue(Sockets.protocolName("/proc/self/fd/" + unix.number()).startsWith("UNIX"), "unix");
      assertEquals("TCP", Sockets.protocolName("/proc/self/fd/" + tcp.number()));
    }
  }

  @Test
  void peeksWithoutTaking() throws SyscallException {
    byte[] data = {1, 2, 3};
    try (Fd box = Sockets.open(Socket.AF_UNIX, Socket.SOCK_DGRAM, 0);
        Fd sender = Sockets.open(Socket.AF_UNIX, Socket.SOCK_DGRAM, 0)) {
      bind(box);
      assertEquals(0, Sockets.events(box) & Sockets.POLLIN);
      assertEquals(3, Sockets.send(sender, Sockets.name(box), Optional.empty(), data));
      assertEquals(Sockets.POLLIN, Sockets.events(box) & Sockets.POLLIN);
      assertArrayEquals(data, Sockets.peek(box, 10).data());
      assertArrayEquals(data, Sockets.peek(box, 10).data());
      assertEquals(3, Sockets.inputBytes(box));
      assertEquals(Optional.empty(), Sockets.peek(box, 10).credentials());
    }
  }

  @Test
  void sendsAndSeesCredentials() throws SyscallException {
    int[] ours = {Tasks.self(), Tasks.effectiveUser(), 0};
    try (Fd box = Sockets.open(Socket.AF_UNIX, Socket.SOCK_DGRAM, 0);
        Fd sender = Sockets.open(Socket.AF_UNIX, Socket.SOCK_DGRAM, 0)) {
      bind(box);
      Sockets.setOption(box, Socket.SOL_SOCKET, Socket.SO_PASSCRED, new byte[] {1, 0, 0, 0});
      assertEquals(1, Sockets.optionInt(box, Socket.SOL_SOCKET, Socket.SO_PASSCRED));
      Sockets.send(sender, Sockets.name(box), Optional.empty(), new byte[] {7});
      int[] seen = Sockets.peek(box, 10).credentials().orElseThrow();
      assertEquals(ours[0], seen[0]);
      assertEquals(ours[1], seen[1]);
    }
  }

  @Test
  void hasNoOptionsOfOtherFamilies() throws SyscallException {
    try (Fd unix = Sockets.open(Socket.AF_UNIX, Socket.SOCK_DGRAM, 0)) {
      final int ipprotoTcp = 6;
      assertEquals(Optional.empty(), Sockets.option(unix, ipprotoTcp, 1));
      assertFalse(Sockets.hasOtherFilter(unix));
      assertEquals(0, Sockets.filter(unix).length);
      assertEquals(Optional.empty(), Sockets.peer(unix));
    }
  }

  @Test
  void listsUnixSocketsByInode() throws SyscallException {
    try (Fd box = Sockets.open(Socket.AF_UNIX, Socket.SOCK_DGRAM, 0)) {
      bind(box);
      UnixDiag found = UnixDiag.all().get(inode(box));
      assertEquals(ByteString.of(NAME), found.name());
      assertFalse(found.hasPeer() || found.listening());
      assertEquals(0, found.fileIno());
      assertEquals(0, found.shutdown());
    }
  }

  @Test
  void pathsLoseTheirZeroAndAbstractNamesDoNot() {
    byte[] path = {'/', 'x'};
    byte[] address = {1, 0, '/', 'x', 0};
    byte[] hidden = {0, 'x', 0};
    assertArrayEquals(address, Sockets.unixAddress(path));
    assertArrayEquals(path, Sockets.pathOf(address));
    assertArrayEquals(hidden, Sockets.pathOf(Sockets.unixAddress(hidden)));
    assertArrayEquals(new byte[0], Sockets.pathOf(new byte[] {1, 0}));
  }
}
