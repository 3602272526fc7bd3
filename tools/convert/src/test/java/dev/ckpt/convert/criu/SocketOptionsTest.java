package dev.ckpt.convert.criu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.SocketOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class SocketOptionsTest {
  private static final SocketKind TCP4 = new SocketKind(SocketKind.AF_INET, SocketKind.IPPROTO_TCP);
  private static final SocketKind UDP4 = new SocketKind(SocketKind.AF_INET, 17);
  private static final SocketKind UDP6 = new SocketKind(SocketKind.AF_INET6, 17);

  private final List<SocketOption> left = new ArrayList<>();

  private List<SocketOption> thereAndBack(SocketKind kind, List<SocketOption> options) {
    Criu.InetSk sk = SocketOptions.toCriu(kind, options, left::add).buildPartial();
    return SocketOptions.toCkpt(kind, sk);
  }

  @RepeatedTest(200)
  void optionsThatBothKnowComeBack(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    for (SocketKind kind : List.of(SocketKind.UNIX, TCP4, UDP4, UDP6)) {
      List<SocketOption> options = SocketSamples.options(random, kind);

      assertEquals(options, thereAndBack(kind, options), kind::toString);
      assertEquals(List.of(), left);
    }
  }

  @Test
  void newSocketHasNoOptions() {
    for (SocketKind kind : List.of(SocketKind.UNIX, TCP4, UDP4, UDP6)) {
      assertEquals(List.of(), thereAndBack(kind, List.of()));
    }
  }

  @Test
  void sizesOfNewSocketAreNotLocked() {
    Criu.SkOpts opts = SocketOptions.toCriu(TCP4, List.of(), left::add).getOpts();

    assertEquals(16_384, opts.getSoSndbuf());
    assertEquals(131_072, opts.getSoRcvbuf());
    assertEquals(0, opts.getSoBufLock());
  }

  @Test
  void sizeWithoutLockIsLocked() {
    SocketOption sndbuf = SocketSamples.number(1, 7, 9_000);

    Criu.SkOpts opts = SocketOptions.toCriu(UDP4, List.of(sndbuf), left::add).getOpts();

    assertEquals(9_000, opts.getSoSndbuf());
    assertEquals(1, opts.getSoBufLock());
  }

  @Test
  void olderFolderSaysByTheSizeThatItWasSet() {
    Criu.InetSk.Builder sk = SocketOptions.toCriu(UDP4, List.of(), left::add);
    sk.getOptsBuilder().clearSoBufLock().setSoRcvbuf(5_000);

    assertEquals(
        List.of(SocketSamples.number(1, 8, 5_000)), SocketOptions.toCkpt(UDP4, sk.buildPartial()));
  }

  @Test
  void optionThatCriuDoesNotKnowIsLeft() {
    SocketOption stamps = SocketSamples.number(1, 29, 1);
    SocketOption reuse = SocketSamples.number(1, 2, 1);

    assertEquals(List.of(reuse), thereAndBack(UDP4, List.of(reuse, stamps)));
    assertEquals(List.of(stamps), left);
  }

  @Test
  void optionOfOtherKindIsLeft() {
    SocketOption nodelay = SocketSamples.number(6, 1, 1);
    SocketOption ttl = SocketSamples.number(0, 2, 9);

    assertEquals(List.of(), thereAndBack(UDP6, List.of(nodelay, ttl)));
    assertEquals(List.of(nodelay, ttl), left);
  }

  @Test
  void valueThatTheFieldHasNoRoomForIsLeft() {
    SocketOption two = SocketSamples.number(1, 2, 2);
    SocketOption odd = new SocketOption(1, 2, ByteString.of(new byte[] {1}));
    SocketOption lingerOff = new SocketOption(1, 13, ByteString.of(new byte[8]));

    assertEquals(List.of(), thereAndBack(UDP4, List.of(two, odd, lingerOff)));
    assertEquals(List.of(two, odd, lingerOff), left);
  }

  @Test
  void olderCriuHasOptionsOfTcpAmongThoseOfAll() {
    Criu.InetSk.Builder sk = SocketOptions.toCriu(TCP4, List.of(), left::add);
    sk.getOptsBuilder().setTcpKeepidle(77);

    assertEquals(
        List.of(SocketSamples.number(6, 4, 77)), SocketOptions.toCkpt(TCP4, sk.buildPartial()));
  }

  @Test
  void refusesTimeThatIsNone() {
    Criu.InetSk.Builder sk = SocketOptions.toCriu(UDP4, List.of(), left::add);
    sk.getOptsBuilder().setSoRcvTmoUsec(1_000_000);

    assertThrows(
        IllegalArgumentException.class, () -> SocketOptions.toCkpt(UDP4, sk.buildPartial()));
  }

  @RepeatedTest(20)
  void filterComesBack(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    byte[] instructions = new byte[8 * random.nextInt(20)];
    random.nextBytes(instructions);
    ByteString filter = ByteString.of(instructions);

    assertEquals(filter, SocketOptions.filterToCkpt(SocketOptions.filterToCriu(filter)));
  }

  @Test
  void filterHasTheCodeAtTheTop() {
    // BPF_RET | BPF_K 0xffff: code 6, jt 1, jf 2
    byte[] instruction = {6, 0, 1, 2, (byte) 0xff, (byte) 0xff, 0, 0};

    assertEquals(
        List.of(0x0006_01_02_0000ffffL), SocketOptions.filterToCriu(ByteString.of(instruction)));
  }
}
