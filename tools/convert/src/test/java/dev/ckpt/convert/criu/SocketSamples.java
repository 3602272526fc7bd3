package dev.ckpt.convert.criu;

import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.SocketOption;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Options of sockets, within what both sides can say. */
final class SocketSamples {
  private static final int SOL_SOCKET = 1;

  private SocketSamples() {}

  static SocketOption number(int level, int name, int value) {
    ByteBuffer bytes = bytes(Integer.BYTES).putInt(value);
    return new SocketOption(level, name, ByteString.of(bytes.rewind()));
  }

  private static ByteBuffer bytes(int lenBytes) {
    return ByteBuffer.allocate(lenBytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Some of them, in the order of a dump. */
  static List<SocketOption> options(Random random, SocketKind kind) {
    List<SocketOption> options = new ArrayList<>();
    addSwitches(options, random, 2, 15);
    if (random.nextBoolean()) {
      options.add(new SocketOption(SOL_SOCKET, 25, ByteString.of("eth0\0")));
    }
    addSwitches(options, random, 5, 6, 9, 10, 11);
    addNumber(options, random, SOL_SOCKET, 12);
    if (random.nextBoolean()) {
      ByteBuffer linger = bytes(8).putInt(1).putInt(random.nextInt());
      options.add(new SocketOption(SOL_SOCKET, 13, ByteString.of(linger.rewind())));
    }
    boolean unix = kind.domain() == SocketKind.AF_UNIX;
    addSwitches(options, random, unix ? new int[] {16} : new int[0]);
    addNumber(options, random, SOL_SOCKET, 18);
    addTime(options, random, 20);
    addTime(options, random, 21);
    addSwitches(options, random, unix ? new int[] {34} : new int[0]);
    addNumber(options, random, SOL_SOCKET, 36);
    addInet(options, random, kind);
    addBuffers(options, random);
    return options;
  }

  private static void addSwitches(List<SocketOption> options, Random random, int... names) {
    for (int name : names) {
      if (random.nextBoolean()) {
        options.add(number(SOL_SOCKET, name, 1));
      }
    }
  }

  /** Above what any of them is in a new socket. */
  private static void addNumber(List<SocketOption> options, Random random, int level, int name) {
    if (random.nextBoolean()) {
      options.add(number(level, name, 10_000 + random.nextInt(100_000)));
    }
  }

  private static void addTime(List<SocketOption> options, Random random, int name) {
    if (random.nextBoolean()) {
      ByteBuffer timeval = bytes(16).putLong(1 + random.nextInt(1000)).putLong(random.nextInt(9));
      options.add(new SocketOption(SOL_SOCKET, name, ByteString.of(timeval.rewind())));
    }
  }

  private static void addInet(List<SocketOption> options, Random random, SocketKind kind) {
    boolean freebind = random.nextBoolean();
    if (kind.domain() == SocketKind.AF_INET6) {
      for (int name : new int[] {26, 49}) {
        if (random.nextBoolean()) {
          options.add(number(41, name, 1));
        }
      }
      if (freebind) {
        options.add(number(41, 78, 1));
        options.add(number(0, 15, 1));
      }
    } else if (kind.domain() == SocketKind.AF_INET) {
      addNumber(options, random, 0, 1);
      addNumber(options, random, 0, 2);
      if (freebind) {
        options.add(number(0, 8, 1));
        options.add(number(0, 15, 1));
      }
    }
    if (kind.isTcp()) {
      for (int name : new int[] {1, 3}) {
        if (random.nextBoolean()) {
          options.add(number(6, name, 1));
        }
      }
      for (int name : new int[] {4, 5, 6}) {
        addNumber(options, random, 6, name);
      }
    }
  }

  private static void addBuffers(List<SocketOption> options, Random random) {
    int locks = random.nextInt(4);
    if ((locks & 1) != 0) {
      options.add(number(SOL_SOCKET, 7, 4_000 + random.nextInt(10_000)));
    }
    if ((locks & 2) != 0) {
      options.add(number(SOL_SOCKET, 8, 4_000 + random.nextInt(10_000)));
    }
    if (locks != 0) {
      options.add(number(SOL_SOCKET, 72, locks));
    }
  }
}
