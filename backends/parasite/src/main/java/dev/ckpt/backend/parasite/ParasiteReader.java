package dev.ckpt.backend.parasite;

import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.backend.PageReader;
import dev.ckpt.core.backend.Probe;
import dev.ckpt.core.backend.Target;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.tracee.RemoteCall;
import dev.ckpt.error.CkptException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Has a thread of the task put its own pages into a pipe. What the thread cannot read, for the
 * protection of a page hides it, is read through /proc/PID/mem.
 *
 * <p>A task that runs cannot be made to do so: its pages are read by process_vm_readv.
 *
 * <p>Threading: the tracer's thread.
 */
final class ParasiteReader implements PageReader {
  private final int pid;
  private final RemoteMemory memory;

  /** None of a task that runs. */
  private final Optional<PagePipe> pipe;

  private ParasiteReader(int pid, RemoteMemory memory, Optional<PagePipe> pipe) {
    this.pid = pid;
    this.memory = memory;
    this.pipe = pipe;
  }

  @Override
  public void read(List<PageRange> ranges, ByteBuffer into) throws CkptException {
    PagePipe open = pipe.orElseThrow();
    long begin = NativeBuffer.addressOf(into) + into.position();
    long local = begin;
    int at = 0;
    long done = 0;
    while (at < ranges.size()) {
      int nr = Math.min(PagePipe.MAX_RANGES, ranges.size() - at);
      for (int i = 0; i < nr; i++) {
        long skipped = i == 0 ? done : 0;
        PageRange range = ranges.get(at + i);
        open.range(i, range.address() + skipped, range.lenBytes() - skipped);
      }
      long n = open.move(nr);
      if (n > 0) {
        open.take(local, n);
      } else if (n == -Errno.EFAULT) {
        n = PageRange.PAGE_SIZE;
        memory.readForced(ranges.get(at).address() + done, local, n);
      } else {
        throw new SyscallException("[pid " + pid + "]", "vmsplice", "its pages", (int) -n);
      }
      local += n;
      for (done += n; at < ranges.size() && done >= ranges.get(at).lenBytes(); at++) {
        done -= ranges.get(at).lenBytes();
      }
    }
    into.position(into.position() + Math.toIntExact(local - begin));
  }

  @Override
  public void readRunning(List<PageRange> ranges, ByteBuffer into, Consumer<PageRange> missed)
      throws CkptException {
    memory.readRunning(
        PageRange.pairs(ranges), into, page -> missed.accept(new PageRange(page, 1)));
  }

  @Override
  public void close() throws CkptException {
    if (pipe.isPresent()) {
      pipe.get().close();
    }
  }

  /** What ServiceLoader finds. */
  public static final class Provider implements PageReader.Provider {
    @Override
    public String name() {
      return PagePipe.NAME;
    }

    @Override
    public Probe probe() {
      return Probe.yes("vmsplice in the task");
    }

    /** One thread copies, not two, and the task is asked for every array: docs/performance.md. */
    @Override
    public int rank() {
      return 2;
    }

    @Override
    public List<RemoteCall> calls() {
      return PagePipe.CALLS;
    }

    @Override
    // What is opened here belongs to what is returned.
    @SuppressWarnings("MustBeClosedChecker")
    public PageReader open(Target target) throws CkptException {
      return new ParasiteReader(
          target.pid(),
          target.memory(),
          target.host().isPresent()
              ? Optional.of(PagePipe.open(target, PagePipe.Way.OUT))
              : Optional.empty());
    }
  }
}
