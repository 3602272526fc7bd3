package dev.ckpt.tests.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.Predicate;

/**
 * Something that reads bytes from outside.
 *
 * @param name by which it is chosen
 * @param reader what reads them
 * @param refusal whether it may refuse them so; anything else that it throws is a finding
 * @param seeds bytes that it takes, to begin with
 */
record FuzzTarget(String name, Reader reader, Predicate<Throwable> refusal, Seeds seeds) {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** What a try may allocate: the buffers that a reader has, and in proportion to its input. */
  private static final long MAX_BYTES = 8L << 20;

  private static final long MAX_BYTES_PER_BYTE = 1024;

  /** Reads the bytes, and does with what came out what is done with it. */
  @FunctionalInterface
  interface Reader {
    void read(byte[] input) throws Throwable;
  }

  /** Makes them; a fuzzer reads them from files instead. */
  @FunctionalInterface
  interface Seeds {
    List<byte[]> get() throws IOException;
  }

  static FuzzTarget of(
      String name, Class<? extends Throwable> refusal, Seeds seeds, Reader reader) {
    return new FuzzTarget(name, reader, refusal::isInstance, seeds);
  }

  /**
   * One try.
   *
   * @return whether the bytes were taken
   */
  boolean run(byte[] input) throws Throwable {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    boolean taken = isTaken(input);
    if (isTooMuch(before, input)) {
      // The first time it may be Jazzer's, which changes a class where it is loaded.
      long again = THREADS.getCurrentThreadAllocatedBytes();
      isTaken(input);
      if (isTooMuch(again, input)) {
        throw new AssertionError("too much allocated for an input of " + input.length + " bytes");
      }
    }
    return taken;
  }

  private static boolean isTooMuch(long before, byte[] input) {
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    return allocated > MAX_BYTES + input.length * MAX_BYTES_PER_BYTE;
  }

  private boolean isTaken(byte[] input) throws Throwable {
    try {
      reader.read(input);
      return true;
    } catch (Exception e) {
      if (!refusal.test(e)) {
        throw e;
      }
      return false;
    }
  }
}
