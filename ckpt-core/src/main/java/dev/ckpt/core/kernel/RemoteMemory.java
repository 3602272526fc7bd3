package dev.ckpt.core.kernel;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.TargetGoneException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Another process's memory: process_vm_readv and process_vm_writev for what its page protections
 * allow, /proc/PID/mem for the rest (PROT_NONE pages with content, code that is not writable).
 *
 * <p>Threading: one thread at a time. Target state: stopped, or the caller bears that bytes change
 * while they are read.
 */
public final class RemoteMemory implements AutoCloseable {
  private static final int PAGE_SIZE = 4096;

  /** How many ranges are read by one call. */
  private static final int MAX_RANGES = 256;

  private static final int IOVEC_BYTES = 16;

  private final int pid;
  private final Fd mem;
  private final NativeBuffer iov = NativeBuffer.allocate(IOVEC_BYTES * (1 + MAX_RANGES));

  private final TouchHook hook;

  private RemoteMemory(int pid, Fd mem, TouchHook hook) {
    this.pid = pid;
    this.mem = mem;
    this.hook = hook;
  }

  /** Opens /proc/PID/mem of a task that we may trace. */
  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  public static RemoteMemory open(int pid, TouchHook hook)
      throws SyscallException, TargetGoneException {
    try {
      return new RemoteMemory(pid, Fd.open("/proc/" + pid + "/mem", Fcntl.O_RDWR), hook);
    } catch (SyscallException e) {
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.ESRCH) {
        throw new TargetGoneException(pid, "open its memory");
      }
      throw e;
    }
  }

  /**
   * Reads with process_vm_readv, which honours page protections.
   *
   * @return bytes read; less than asked when a page in the middle cannot be read, 0 when the first
   *     cannot
   * @throws TargetGoneException when there is no such process any more
   */
  public long read(long remote, long local, long lenBytes)
      throws SyscallException, TargetGoneException {
    putIovec(remote, local, lenBytes);
    long n = LibC.process_vm_readv(pid, iov.address(), 1, iov.address(16), 1, 0);
    return transferred(n, Call.errno(), "process_vm_readv", remote, lenBytes);
  }

  /** Writes with process_vm_writev, which honours page protections; returns the bytes written. */
  public long write(long remote, long local, long lenBytes)
      throws SyscallException, TargetGoneException {
    putIovec(remote, local, lenBytes);
    hook.before("process_vm_writev");
    long n = LibC.process_vm_writev(pid, iov.address(), 1, iov.address(16), 1, 0);
    int errno = Call.errno();
    hook.after("process_vm_writev");
    return transferred(n, errno, "process_vm_writev", remote, lenBytes);
  }

  /** Reads through /proc/PID/mem, whatever the protections; all or an exception. */
  public void readForced(long remote, long local, long lenBytes) throws SyscallException {
    long done = 0;
    while (done < lenBytes) {
      long n = mem.pread(local + done, lenBytes - done, remote + done);
      if (n == 0) {
        throw Call.failure(Errno.EIO, target(), "read /proc/PID/mem", remote + done, lenBytes);
      }
      done += n;
    }
  }

  /** Writes through /proc/PID/mem, whatever the protections; all or an exception. */
  public void writeForced(long remote, long local, long lenBytes) throws SyscallException {
    long done = 0;
    while (done < lenBytes) {
      hook.before("write mem");
      long n = mem.pwrite(local + done, lenBytes - done, remote + done);
      hook.after("write mem");
      if (n == 0) {
        throw Call.failure(Errno.EIO, target(), "write /proc/PID/mem", remote + done, lenBytes);
      }
      done += n;
    }
  }

  /** Reads a few bytes, whatever the protections. */
  public byte[] readForced(long remote, int lenBytes) throws SyscallException {
    NativeBuffer buffer = NativeBuffer.allocate(lenBytes);
    readForced(remote, buffer.address(), lenBytes);
    return buffer.getBytes(0, lenBytes);
  }

  /** Writes all of a small buffer, whatever the protections. */
  public void writeForced(long remote, byte[] content) throws SyscallException {
    NativeBuffer buffer = NativeBuffer.of(content);
    writeForced(remote, buffer.address(), content.length);
    Reference.reachabilityFence(buffer);
  }

  /** Reads all of a range to a direct buffer's position: {@link #readAll(long[], ByteBuffer)}. */
  public void readAll(long remote, ByteBuffer into, int lenBytes)
      throws SyscallException, TargetGoneException {
    readAll(new long[] {remote, lenBytes}, into);
  }

  /**
   * Reads all of some ranges, one after another, to a direct buffer's position: many in one call
   * the fast way as far as it goes, the forced way for the page where it ends, and on.
   *
   * @param ranges address and length in bytes of each
   */
  public void readAll(long[] ranges, ByteBuffer into) throws SyscallException, TargetGoneException {
    readAll(ranges, into, Optional.empty());
  }

  /**
   * The same of a process that runs, which may take its memory away meanwhile.
   *
   * @param missed told of each page that is not there any more; zeros are put for it
   */
  public void readRunning(long[] ranges, ByteBuffer into, LongConsumer missed)
      throws SyscallException, TargetGoneException {
    readAll(ranges, into, Optional.of(missed));
  }

  private void readAll(long[] ranges, ByteBuffer into, Optional<LongConsumer> missed)
      throws SyscallException, TargetGoneException {
    long local = NativeBuffer.addressOf(into) + into.position();
    long begin = local;
    int at = 0;
    long done = 0;
    while (at < ranges.length) {
      long wanted = putIovecs(local, ranges, at, done);
      int nr = Math.min(MAX_RANGES, (ranges.length - at) / 2);
      long n = LibC.process_vm_readv(pid, iov.address(), 1, iov.address(IOVEC_BYTES), nr, 0);
      n = transferred(n, Call.errno(), "process_vm_readv", ranges[at] + done, wanted);
      local += n;
      boolean hidden = n < wanted;
      for (done += n; at < ranges.length && done >= ranges[at + 1]; at += 2) {
        done -= ranges[at + 1];
      }
      if (hidden) {
        long page = Math.min(PAGE_SIZE, ranges[at + 1] - done);
        if (missed.isEmpty()) {
          readForced(ranges[at] + done, local, page);
        } else if (!readIfThere(ranges[at] + done, local, page)) {
          into.put((int) (into.position() + local - begin), new byte[(int) page]);
          missed.get().accept(ranges[at] + done);
        }
        local += page;
        done += page;
      }
    }
    into.position(into.position() + Math.toIntExact(local - begin));
  }

  /** Reads a page whatever its protection; false if nothing is mapped there. */
  private boolean readIfThere(long remote, long local, long lenBytes) throws SyscallException {
    try {
      readForced(remote, local, lenBytes);
      return true;
    } catch (SyscallException e) {
      if (e.errno() == Errno.EIO || e.errno() == Errno.EFAULT) {
        return false;
      }
      throw e;
    }
  }

  /** Puts one for our buffer and some for the ranges from one on; returns their length. */
  private long putIovecs(long local, long[] ranges, int from, long done) {
    long lenBytes = 0;
    int to = Math.min(ranges.length, from + 2 * MAX_RANGES);
    for (int i = from; i < to; i += 2) {
      long skipped = i == from ? done : 0;
      int at = IOVEC_BYTES * (1 + (i - from) / 2);
      iov.putLong(at, ranges[i] + skipped);
      iov.putLong(at + Long.BYTES, ranges[i + 1] - skipped);
      lenBytes += ranges[i + 1] - skipped;
    }
    iov.putLong(0, local);
    iov.putLong(Long.BYTES, lenBytes);
    return lenBytes;
  }

  /** Writes all of a range from a direct buffer's position, in the same two ways. */
  public void writeAll(long remote, ByteBuffer from, int lenBytes)
      throws SyscallException, TargetGoneException {
    long local = NativeBuffer.addressOf(from) + from.position();
    long done = 0;
    while (done < lenBytes) {
      done += write(remote + done, local + done, lenBytes - done);
      if (done < lenBytes) {
        long page = Math.min(PAGE_SIZE, lenBytes - done);
        writeForced(remote + done, local + done, page);
        done += page;
      }
    }
    from.position(from.position() + lenBytes);
  }

  private void putIovec(long remote, long local, long lenBytes) {
    iov.putLong(0, local);
    iov.putLong(8, lenBytes);
    iov.putLong(16, remote);
    iov.putLong(24, lenBytes);
  }

  private long transferred(long n, int errno, String call, long remote, long lenBytes)
      throws SyscallException, TargetGoneException {
    if (n >= 0) {
      return n;
    }
    if (errno == Errno.EFAULT) {
      return 0;
    }
    if (errno == Errno.ESRCH) {
      throw new TargetGoneException(pid, call);
    }
    throw Call.failure(errno, target(), call, remote, lenBytes);
  }

  private String target() {
    return "[pid " + pid + "]";
  }

  @Override
  public void close() {
    mem.close();
  }
}
