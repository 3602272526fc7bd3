package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.function.Executable;

/** What a failing read costs: all bytes that it allocates, on the heap and outside of it. */
final class ReaderMemory {
  /** Two buffers of direct memory, small records and an exception take well under this. */
  static final long BYTES_MAX = 2 << 20;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final BufferPoolMXBean DIRECT =
      ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
          .filter(pool -> pool.getName().equals("direct"))
          .findFirst()
          .orElseThrow();

  private ReaderMemory() {}

  /** All bytes that something allocates on the heap. */
  static long allocatedBy(Executable read) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    assertDoesNotThrow(read);
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  /**
   * Fails unless the read throws and allocates little. The sum of all that was allocated is not
   * less than the peak.
   */
  static <T extends Throwable> T assertRefusedWithLittle(Class<T> type, Executable read) {
    long direct = directBytes();
    long before = THREADS.getCurrentThreadAllocatedBytes();
    T refused = assertThrows(type, read);
    long heap = THREADS.getCurrentThreadAllocatedBytes() - before;
    assertTrue(heap < BYTES_MAX, heap + " heap bytes");
    assertTrue(directBytes() - direct < BYTES_MAX, directBytes() - direct + " direct bytes");
    return refused;
  }

  private static long directBytes() {
    return DIRECT.getMemoryUsed();
  }
}
