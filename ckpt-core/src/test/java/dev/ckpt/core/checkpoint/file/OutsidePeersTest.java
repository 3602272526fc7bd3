package dev.ckpt.core.checkpoint.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.UnixDiag;
import dev.ckpt.format.ByteString;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OutsidePeersTest {
  private static final long OURS = 1;
  private static final long OUR_OTHER = 2;
  private static final long THEIRS = 3;
  private static final String ABSTRACT = "\0log";

  private static UnixDiag connected(long ino, long peer, int shutdown, String name) {
    return new UnixDiag(ino, ByteString.of(name), 0, true, peer, false, 0, 0, shutdown);
  }

  private static UnixDiag alone(long ino, String name) {
    return new UnixDiag(ino, ByteString.of(name), 0, false, 0, false, 0, 0, 0);
  }

  private static OutsidePeers peers(UnixDiag theirs) {
    return new OutsidePeers(Set.of(OURS, OUR_OTHER), Map.of(THEIRS, theirs));
  }

  @Test
  void aPeerOfTheTaskIsNotOutside() {
    OutsidePeers peers = peers(alone(THEIRS, ""));
    assertFalse(peers.has(connected(OURS, OUR_OTHER, 0, ""), Socket.SOCK_STREAM));
    assertTrue(peers.has(connected(OURS, THEIRS, 0, ""), Socket.SOCK_STREAM));
    assertFalse(peers.has(alone(OURS, ""), Socket.SOCK_STREAM));
  }

  @Test
  void whomNobodyHoldsIsOutsideUnlessItIsOver() {
    OutsidePeers peers = peers(alone(THEIRS, ""));
    assertTrue(peers.has(connected(OURS, 0, 0, ""), Socket.SOCK_STREAM), "not accepted");
    assertFalse(peers.has(connected(OURS, 0, 3, ""), Socket.SOCK_STREAM), "over");
    assertFalse(peers.has(connected(OURS, 0, 0, ""), Socket.SOCK_DGRAM), "gone");
  }

  @Test
  void aDatagramSocketIsReachedByName() {
    UnixDiag ours = connected(OURS, THEIRS, 0, "");
    Optional<ByteString> log = Optional.of(ByteString.of(ABSTRACT));
    assertEquals(log, peers(alone(THEIRS, ABSTRACT)).name(ours, Socket.SOCK_DGRAM));
    assertEquals(Optional.empty(), peers(alone(THEIRS, ABSTRACT)).name(ours, Socket.SOCK_STREAM));
    assertEquals(Optional.empty(), peers(alone(THEIRS, "")).name(ours, Socket.SOCK_DGRAM));
    assertEquals(Optional.empty(), peers(alone(THEIRS, "log")).name(ours, Socket.SOCK_DGRAM));
    UnixDiag busy = connected(THEIRS, 9, 0, ABSTRACT);
    assertEquals(Optional.empty(), peers(busy).name(ours, Socket.SOCK_DGRAM));
  }
}
