package dev.ckpt.tests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An ordinary Java program that knows nothing of us: threads of a pool count, each number is
 * printed once, in order. {@code PoolPrinter STOP} ends when there is a file STOP.
 */
final class PoolPrinter {
  static final int THREADS = 4;
  static final String DONE = "done";

  private PoolPrinter() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path stop = Path.of(arguments[0]);
    AtomicLong next = new AtomicLong();
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    for (int i = 0; i < THREADS; i++) {
      pool.execute(() -> count(next, stop));
    }
    pool.shutdown();
    if (!pool.awaitTermination(1, TimeUnit.DAYS)) {
      throw new IllegalStateException("threads are left");
    }
    System.out.println(DONE);
  }

  private static void count(AtomicLong next, Path stop) {
    try {
      while (!Files.exists(stop)) {
        synchronized (next) {
          System.out.println(next.getAndIncrement());
        }
        TimeUnit.MILLISECONDS.sleep(2);
      }
    } catch (InterruptedException e) {
      // Nobody interrupts it: seen on the output as a thread that ends early.
      System.out.println(e);
    }
  }
}
