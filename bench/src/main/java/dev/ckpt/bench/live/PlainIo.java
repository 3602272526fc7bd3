package dev.ckpt.bench.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The best that plain reads and writes of so many bytes can do in a folder, by plain.c. */
final class PlainIo {
  private static final int TRIES = 2;
  private static final String MIB = "1048576";

  private static final List<List<String>> WRITES =
      List.of(
          List.of("write", "1", "65536"),
          List.of("write", "1", "262144"),
          List.of("write", "1", MIB),
          List.of("write", "1", "4194304"),
          List.of("write", "2", MIB),
          List.of("mmap", "1", MIB),
          List.of("mmap", "2", MIB));

  private static final List<List<String>> READS =
      List.of(
          List.of("read", "1", "262144"),
          List.of("read", "1", MIB),
          List.of("read", "2", MIB),
          List.of("huge", "1", MIB),
          List.of("huge", "2", MIB));

  private final Workshop workshop;
  private final long lenBytes;
  private final List<String> write;
  private final List<String> read;

  private PlainIo(Workshop workshop, long lenBytes) throws IOException {
    this.workshop = workshop;
    this.lenBytes = lenBytes;
    this.write = best(WRITES);
    this.read = best(READS);
    Workshop.delete(file());
  }

  /** Tries every way and keeps the best two. */
  static PlainIo find(Workshop workshop, long lenBytes) throws IOException {
    return new PlainIo(workshop, lenBytes);
  }

  /** Touches memory and gives it back: the first touch of a virtual machine's memory is slow. */
  static void touch(Workshop workshop, long lenBytes) throws IOException {
    time(workshop, List.of("touch", "2", MIB), "-", lenBytes);
  }

  private List<String> best(List<List<String>> ways) throws IOException {
    long bestNanos = Long.MAX_VALUE;
    List<String> best = List.of();
    for (List<String> way : ways) {
      for (int i = 0; i < TRIES; i++) {
        long nanos = time(way);
        if (nanos < bestNanos) {
          bestNanos = nanos;
          best = way;
        }
      }
    }
    return best;
  }

  /** Measures one write and one read of what was written. */
  void measure(Results results) throws IOException {
    results.add(name(), Metric.DUMP_WALL, time(write));
    results.add(name(), Metric.RESTORE_WALL, time(read));
    Files.delete(file());
  }

  /** Which ways are the best. */
  String name() {
    return "plain " + text(write) + " and " + text(read);
  }

  private static String text(List<String> way) {
    long kib = Long.parseLong(way.get(2)) >> 10;
    return way.get(0)
        + " ("
        + way.get(1)
        + (way.get(1).equals("1") ? " thread, " : " threads, ")
        + kib
        + " KiB)";
  }

  private Path file() {
    return workshop.file("plain-file");
  }

  private long time(List<String> way) throws IOException {
    return time(workshop, way, file().toString(), lenBytes);
  }

  private static long time(Workshop workshop, List<String> way, String file, long lenBytes)
      throws IOException {
    String said =
        workshop.run(
            workshop.program("plain").toString(),
            way.get(0),
            way.get(1),
            way.get(2),
            file,
            Long.toString(lenBytes));
    return Long.parseLong(said.strip());
  }
}
