package dev.ckpt.bench;

import dev.ckpt.core.checkpoint.Checkpoint;
import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.checkpoint.CheckpointResult;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Spawn;
import dev.ckpt.rstr.Restart;
import dev.ckpt.rstr.RestartOptions;
import dev.ckpt.rstr.RestartedTask;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * Dump and restore of a perl process that holds so many MiB of random bytes, in a warm JVM: medians
 * of the frozen time, the whole dump and the restore, and the dump's speed as a ratio to a plain
 * write of the same bytes to the same file system in the same run.
 *
 * <p>Usage: {@code bench/dump [MIB [RUNS]]}.
 */
public final class DumpBench {
  private static final int DEFAULT_MIB = 256;
  private static final int DEFAULT_RUNS = 7;
  private static final long MILLION = 1_000_000;

  private final Path folder;
  private final int mib;
  private final int runs;

  private DumpBench(Path folder, int mib, int runs) {
    this.folder = folder;
    this.mib = mib;
    this.runs = runs;
  }

  /** Runs it and prints one line per figure. */
  public static void main(String[] arguments) throws IOException {
    int mib = arguments.length > 0 ? Integer.parseInt(arguments[0]) : DEFAULT_MIB;
    int runs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : DEFAULT_RUNS;
    Path folder = Files.createTempDirectory(Path.of("").toAbsolutePath(), "bench-dump");
    try {
      new DumpBench(folder, mib, runs).run();
    } finally {
      Files.deleteIfExists(folder.resolve("image"));
      Files.deleteIfExists(folder.resolve("plain"));
      Files.deleteIfExists(folder.resolve("ready"));
      Files.delete(folder);
    }
  }

  private void run() throws IOException {
    int pid = start();
    try {
      long[] frozen = new long[runs];
      long[] dump = new long[runs];
      long[] plain = new long[runs];
      long[] restore = new long[runs];
      for (int i = -2; i < runs; i++) {
        CheckpointResult result = dump(pid);
        Ptrace.waitFor(pid, 0);
        long written = plainWrite(result.imageBytes());
        long restored = restore();
        if (i >= 0) {
          frozen[i] = result.frozenNanos();
          dump[i] = result.wallNanos();
          plain[i] = written;
          restore[i] = restored;
        }
      }
      print(frozen, dump, plain, restore);
    } finally {
      Signals.kill(pid, Signals.SIGKILL);
      Ptrace.waitFor(pid, 0);
    }
  }

  private void print(long[] frozen, long[] dump, long[] plain, long[] restore) {
    System.out.printf(
        Locale.ROOT,
        "%d MiB, medians of %d: frozen %.1f ms, dump %.1f ms, plain write %.1f ms,"
            + " restore %.1f ms%n"
            + "dump / plain write = %.2f%n",
        mib,
        runs,
        millis(frozen),
        millis(dump),
        millis(plain),
        millis(restore),
        millis(dump) / millis(plain));
  }

  private static double millis(long[] nanos) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return (double) sorted[sorted.length / 2] / MILLION;
  }

  private int start() throws IOException {
    Path ready = folder.resolve("ready");
    String program =
        "open(my $r, '<', '/dev/urandom'); read($r, my $m, %d << 20); close($r);"
            + " open(my $f, '>', '%s'); close($f); select(undef, undef, undef, 1000);";
    try (Fd nowhere = Fd.open("/dev/null", Fcntl.O_RDWR)) {
      int pid =
          Spawn.program("/usr/bin/perl")
              .arguments("-e", String.format(Locale.ROOT, program, mib, ready))
              .stdio(nowhere.number(), nowhere.number(), nowhere.number())
              .newSession()
              .start();
      while (!Files.exists(ready)) {
        LockSupport.parkNanos(MILLION);
      }
      return pid;
    }
  }

  private CheckpointResult dump(int pid) throws IOException {
    try (ImageFileOutput output = ImageFileOutput.create(folder.resolve("image"), true)) {
      return Checkpoint.dump(CheckpointOptions.of(pid).withStop(true).withSync(false), output);
    }
  }

  private long plainWrite(long lenBytes) throws IOException {
    Path file = folder.resolve("plain");
    Files.deleteIfExists(file);
    long begin = System.nanoTime();
    try (FileChannel in = FileChannel.open(folder.resolve("image"));
        FileChannel out =
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(1 << 20);
      in.read(block);
      for (long done = 0; done < lenBytes; done += block.capacity()) {
        block.clear();
        out.write(block);
      }
    }
    return System.nanoTime() - begin;
  }

  private long restore() throws IOException {
    try (FileChannel image = FileChannel.open(folder.resolve("image"))) {
      RestartedTask task = Restart.restore(RestartOptions.of(), image);
      return task.wallNanos();
    }
  }
}
