package dev.ckpt.core.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.TargetGoneException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The process whose memory is read and written is our own. */
class RemoteMemoryTest {
  private static final int PAGE = 4096;
  private static final int PROT_NONE = 0;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;

  /** Pages of ours, unmapped at the end. */
  private static final class Pages implements AutoCloseable {
    private final long address;
    private final int nr;

    Pages(int nr, int prot) {
      this.nr = nr;
      this.address =
          LibC.syscall(Numbers.MMAP, 0, (long) nr * PAGE, prot, MAP_PRIVATE_ANONYMOUS, -1, 0);
      assertTrue(address > 0);
    }

    void protect(int first, int prot) {
      final long mprotect = 10;
      assertEquals(0, LibC.syscall(mprotect, address + (long) first * PAGE, PAGE, prot, 0, 0, 0));
    }

    @Override
    public void close() {
      LibC.syscall(Numbers.MUNMAP, address, (long) nr * PAGE, 0, 0, 0, 0);
    }
  }

  private static ByteBuffer random(int lenBytes) {
    long seed = System.nanoTime();
    byte[] content = new byte[lenBytes];
    new Random(seed).nextBytes(content);
    return ByteBuffer.allocateDirect(lenBytes).put(content).flip();
  }

  @Test
  void readsAndWritesWhatItMay() throws Exception {
    try (Pages pages = new Pages(3, PROT_READ_WRITE);
        RemoteMemory self = RemoteMemory.open(Tasks.self(), TouchHook.NONE)) {
      ByteBuffer content = random(3 * PAGE);
      self.writeAll(pages.address, content, 3 * PAGE);
      assertEquals(3 * PAGE, content.position(), "the position advances");
      ByteBuffer read = ByteBuffer.allocateDirect(PAGE + 3 * PAGE).position(PAGE);
      self.readAll(pages.address, read, 3 * PAGE);
      assertEquals(4 * PAGE, read.position());
      assertEquals(content.rewind(), read.position(PAGE));
    }
  }

  @Test
  void goesThroughProtections() throws Exception {
    try (Pages pages = new Pages(4, PROT_READ_WRITE);
        RemoteMemory self = RemoteMemory.open(Tasks.self(), TouchHook.NONE)) {
      ByteBuffer content = random(4 * PAGE);
      self.writeAll(pages.address, content, 4 * PAGE);
      pages.protect(0, PROT_NONE);
      pages.protect(2, PROT_NONE);
      pages.protect(3, 1);
      NativeBuffer buffer = NativeBuffer.allocate(4 * PAGE);
      assertEquals(
          0, self.read(pages.address, buffer.address(), PAGE), "process_vm_readv honours them");
      ByteBuffer read = ByteBuffer.allocateDirect(4 * PAGE);
      self.readAll(pages.address, read, 4 * PAGE);
      assertEquals(content.rewind(), read.flip());
      ByteBuffer other = random(4 * PAGE);
      self.writeAll(pages.address, other, 4 * PAGE);
      read.clear();
      self.readAll(pages.address, read, 4 * PAGE);
      assertEquals(other.rewind(), read.flip());
    }
  }

  @Test
  void stopsWhereNothingIsMapped() throws Exception {
    try (Pages pages = new Pages(2, PROT_READ_WRITE);
        RemoteMemory self = RemoteMemory.open(Tasks.self(), TouchHook.NONE)) {
      LibC.syscall(Numbers.MUNMAP, pages.address + PAGE, PAGE, 0, 0, 0, 0);
      NativeBuffer buffer = NativeBuffer.allocate(2 * PAGE);
      assertEquals(PAGE, self.read(pages.address, buffer.address(), 2 * PAGE));
      ByteBuffer into = ByteBuffer.allocateDirect(2 * PAGE);
      SyscallException e =
          assertThrows(SyscallException.class, () -> self.readAll(pages.address, into, 2 * PAGE));
      assertEquals(Errno.EIO, e.errno());
      assertThrows(SyscallException.class, () -> self.writeForced(0, new byte[] {1}));
    }
  }

  @Test
  void aMissingProcessIsGone() throws Exception {
    int pid = Spawn.program("/bin/sleep").arguments("1000").start();
    try (RemoteMemory memory = RemoteMemory.open(pid, TouchHook.NONE)) {
      Signals.kill(pid, Signals.SIGKILL);
      Ptrace.waitFor(pid, 0);
      NativeBuffer buffer = NativeBuffer.allocate(8);
      assertThrows(
          TargetGoneException.class, () -> memory.read(buffer.address(), buffer.address(), 8));
      assertThrows(
          TargetGoneException.class, () -> memory.write(buffer.address(), buffer.address(), 8));
    }
    assertThrows(TargetGoneException.class, () -> RemoteMemory.open(pid, TouchHook.NONE).close());
  }

  @Test
  void tellsTheHookOfEveryWrite() throws Exception {
    List<String> calls = new ArrayList<>();
    TouchHook hook =
        new TouchHook() {
          @Override
          public void before(String call) {
            calls.add("before " + call);
          }

          @Override
          public void after(String call) {
            calls.add("after " + call);
          }
        };
    try (Pages pages = new Pages(1, PROT_READ_WRITE);
        RemoteMemory self = RemoteMemory.open(Tasks.self(), hook)) {
      self.readForced(pages.address, 8);
      assertEquals(List.of(), calls, "reading touches nothing");
      self.writeForced(pages.address, new byte[8]);
      NativeBuffer word = NativeBuffer.allocate(8);
      assertEquals(8, self.write(pages.address, word.address(), 8));
    }
    assertEquals(
        List.of(
            "before write mem",
            "after write mem",
            "before process_vm_writev",
            "after process_vm_writev"),
        calls);
  }

  /**
   * An address must not outlive its buffer, and a buffer whose address was taken is garbage to the
   * compiler: here it is collected while the kernel still reads it, if nothing keeps it.
   */
  @Test
  void keepsItsBufferUntilTheCallIsOver() throws Exception {
    final int nr = 16 * 1024;
    AtomicBoolean done = new AtomicBoolean();
    Thread collector =
        new Thread(
            () -> {
              while (!done.get()) {
                System.gc();
              }
            });
    try (Pages pages = new Pages(nr, PROT_READ_WRITE);
        RemoteMemory self = RemoteMemory.open(Tasks.self(), TouchHook.NONE)) {
      // Interpreted code keeps its local variables; compiled code does not.
      for (int i = 0; i < 20_000; i++) {
        self.writeForced(pages.address, new byte[8]);
      }
      byte[] content = new byte[nr * PAGE];
      new Random(1).nextBytes(content);
      collector.start();
      for (int i = 0; i < 3; i++) {
        self.writeForced(pages.address, content);
        assertArrayEquals(content, self.readForced(pages.address, content.length));
      }
    } finally {
      done.set(true);
      collector.join();
    }
  }
}
