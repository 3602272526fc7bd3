package dev.ckpt.backend.parasite;

import dev.ckpt.core.backend.PageFiller;
import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.backend.Probe;
import dev.ckpt.core.backend.Target;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.error.CkptException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Has a thread of the new task read its pages out of a pipe, many ranges in one call. What it may
 * not write, for the protection of a page forbids it, is written through /proc/PID/mem.
 *
 * <p>NB: not out of the image itself. Nobody would have checked what it reads then: what we read of
 * the file before or after may be other bytes. Here the very pages that were checked are put into
 * the pipe. So it fills from images of every kind, those that are piped, sealed or compressed too.
 *
 * <p>Threading: the tracer's thread.
 */
final class ParasiteFiller implements PageFiller {
  private static final int SCRATCH_BYTES = 64 << 10;

  private final int pid;
  private final RemoteMemory memory;
  private final PagePipe pipe;
  private final NativeBuffer scratch = NativeBuffer.allocate(SCRATCH_BYTES);

  private ParasiteFiller(Target target, PagePipe pipe) {
    this.pid = target.pid();
    this.memory = target.memory();
    this.pipe = pipe;
  }

  @Override
  public void fill(List<PageRange> ranges, ByteBuffer pages) throws CkptException {
    long begin = NativeBuffer.addressOf(pages) + pages.position();
    long local = begin;
    int at = 0;
    long done = 0;
    while (at < ranges.size()) {
      long n = fill(ranges.subList(at, ranges.size()), done, local);
      local += n;
      for (done += n; at < ranges.size() && done >= ranges.get(at).lenBytes(); at++) {
        done -= ranges.get(at).lenBytes();
      }
    }
    pages.position(pages.position() + Math.toIntExact(local - begin));
  }

  /**
   * Fills what one call fills.
   *
   * @param done bytes of the first range that are filled already
   * @return how many bytes of them it has filled, at least one
   */
  private long fill(List<PageRange> ranges, long done, long local) throws CkptException {
    int nr = Math.min(PagePipe.MAX_RANGES, ranges.size());
    long wanted = -done;
    for (int i = 0; i < nr; i++) {
      long skipped = i == 0 ? done : 0;
      PageRange range = ranges.get(i);
      pipe.range(i, range.address() + skipped, range.lenBytes() - skipped);
      wanted += range.lenBytes();
    }
    long given = pipe.give(local, wanted);
    long n = pipe.move(nr);
    // What it could not write is in the pipe still.
    drain(given - Math.max(0, n));
    if (n > 0) {
      return n;
    }
    if (n != -Errno.EFAULT) {
      throw new SyscallException("[pid " + pid + "]", "readv", "its pages", (int) -n);
    }
    long address = ranges.get(0).address() + done;
    long part = PageRange.PAGE_SIZE - address % PageRange.PAGE_SIZE;
    memory.writeForced(address, local, part);
    return part;
  }

  private void drain(long lenBytes) throws SyscallException {
    for (long left = lenBytes; left > 0; left -= Math.min(left, SCRATCH_BYTES)) {
      pipe.take(scratch.address(), Math.min(left, SCRATCH_BYTES));
    }
  }

  @Override
  public void close() throws CkptException {
    pipe.close();
  }

  /** What ServiceLoader finds. */
  public static final class Provider implements PageFiller.Provider {
    @Override
    public String name() {
      return PagePipe.NAME;
    }

    @Override
    public Probe probe() {
      return Probe.yes("readv in the task");
    }

    /** It takes a page fault for each page, and one thread: docs/performance.md. */
    @Override
    public int rank() {
      return 2;
    }

    @Override
    public boolean asksTask() {
      return true;
    }

    @Override
    // What is opened here belongs to what is returned.
    @SuppressWarnings("MustBeClosedChecker")
    public PageFiller open(Target target) throws CkptException {
      return new ParasiteFiller(target, PagePipe.open(target, PagePipe.Way.IN));
    }
  }
}
