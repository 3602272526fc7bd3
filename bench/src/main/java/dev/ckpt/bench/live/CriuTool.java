package dev.ckpt.bench.live;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The command that the variable CRIU names. It never waits for the disk. */
final class CriuTool implements Tool {
  private final Workshop workshop;
  private final String command;

  CriuTool(Workshop workshop, String command) {
    this.workshop = workshop;
    this.command = command;
  }

  @Override
  public String name() {
    return "CRIU";
  }

  @Override
  public Cost dump(int pid, Path image) throws IOException {
    Files.createDirectory(image);
    Measure cost =
        Measure.of(
            workshop,
            List.of(
                command,
                "dump",
                "-t",
                Integer.toString(pid),
                "-D",
                image.toString(),
                "-v0",
                "--file-locks",
                "--leave-running"));
    Map<Metric, Long> measured = new EnumMap<>(Metric.class);
    measured.put(Metric.DUMP_WALL, cost.wallNanos());
    measured.put(Metric.FROZEN, frozenNanos(Files.readAllBytes(image.resolve("stats-dump"))));
    measured.put(Metric.DUMP_CPU, cost.cpuNanos());
    measured.put(Metric.DUMP_ANON, cost.anonBytes());
    measured.put(Metric.DUMP_RSS, cost.rssBytes());
    measured.put(Metric.IMAGE, size(image));
    return new Cost(measured, Map.of());
  }

  @Override
  public Cost restore(int pid, Path image) throws IOException {
    Measure cost =
        Measure.of(
            workshop,
            List.of(
                command,
                "restore",
                "-D",
                image.toString(),
                "-v0",
                "--file-locks",
                "--restore-detached"));
    Map<Metric, Long> measured = new EnumMap<>(Metric.class);
    measured.put(Metric.RESTORE_WALL, cost.wallNanos());
    measured.put(Metric.RESTORE_CPU, cost.cpuNanos());
    measured.put(Metric.RESTORE_ANON, cost.anonBytes());
    measured.put(Metric.RESTORE_RSS, cost.rssBytes());
    return new Cost(measured, Map.of());
  }

  private static long size(Path folder) throws IOException {
    long size = 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        size += Files.size(file);
      }
    }
    return size;
  }

  /**
   * The frozen time in its statistics: after two magic numbers and a length a message of Protocol
   * Buffers, whose field 1 is a message, whose field 2 is that time in microseconds.
   */
  static long frozenNanos(byte[] statistics) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(statistics).order(ByteOrder.LITTLE_ENDIAN);
    in.position(3 * Integer.BYTES);
    long key = varint(in);
    long len = varint(in);
    if (key != (1 << 3 | 2) || len != in.remaining()) {
      throw new IOException("no statistics of a dump");
    }
    while (in.hasRemaining()) {
      key = varint(in);
      long value = varint(in);
      if (key == 2 << 3) {
        return value * 1000;
      }
    }
    throw new IOException("no frozen time in the statistics");
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = in.get();
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }
}
