package dev.ckpt.bench.live;

import dev.ckpt.core.kernel.Signals;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A task that is dumped and restored; ended when it is closed. */
final class Target implements AutoCloseable {
  private static final int READY_AT = 0;
  private static final int GAP_AT = 8;
  private static final int TICKS_AT = 16;

  private final Workshop workshop;
  private final int pid;
  private final Optional<MappedByteBuffer> ticker;

  private Target(Workshop workshop, int pid, Optional<MappedByteBuffer> ticker) {
    this.workshop = workshop;
    this.pid = pid;
    this.ticker = ticker;
  }

  /** One of which nothing is known but its pid. */
  static Target plain(Workshop workshop, int pid) {
    return new Target(workshop, pid, Optional.empty());
  }

  /** A task of random bytes that sees by itself how long it stood still. */
  static Target ticking(Workshop workshop, long mib) throws IOException {
    Path file = workshop.file("ticker");
    MappedByteBuffer shared = workshop.sharedPage(file);
    String task = workshop.program("task").toString();
    int pid = workshop.start(List.of(task, Long.toString(mib), file.toString()));
    workshop.await("a task of " + mib + " MiB", () -> shared.getLong(READY_AT) == 1);
    return new Target(workshop, pid, Optional.of(shared));
  }

  int pid() {
    return pid;
  }

  /** CPU time that its threads have used. */
  long cpuNanos() throws IOException {
    long nanos = 0;
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      for (Path thread : threads.toList()) {
        nanos += Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ")[0]);
      }
    }
    return nanos;
  }

  /** Forgets every gap so far. */
  void forgetGaps() {
    ticker.ifPresent(shared -> shared.putLong(GAP_AT, 0));
  }

  /** The largest gap since then between two looks at the clock, nanoseconds. */
  Optional<Long> largestGap() throws IOException {
    if (ticker.isEmpty()) {
      return Optional.empty();
    }
    awaitTick();
    return Optional.of(ticker.get().getLong(GAP_AT));
  }

  /** Makes sure that it runs. */
  void requireRunning() throws IOException {
    if (!Signals.exists(pid)) {
      throw new IOException("process " + pid + " is gone");
    }
    if (ticker.isPresent()) {
      awaitTick();
    }
  }

  private void awaitTick() throws IOException {
    long ticks = ticker.get().getLong(TICKS_AT);
    workshop.await("a tick of " + pid, () -> ticker.get().getLong(TICKS_AT) > ticks + 1);
  }

  /** Ends it before its restore. */
  void end() throws IOException {
    workshop.end(pid);
  }

  @Override
  public void close() throws IOException {
    workshop.end(pid);
  }
}
