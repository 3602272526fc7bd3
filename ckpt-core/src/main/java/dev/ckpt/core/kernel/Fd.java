package dev.ckpt.core.kernel;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;

/**
 * A file descriptor that we own and close.
 *
 * <p>Threading: one thread at a time. All descriptors are close-on-exec.
 */
public final class Fd implements AutoCloseable {
  private final int number;
  private boolean closed;

  /** Takes ownership of an open descriptor. */
  public Fd(int number) {
    if (number < 0) {
      throw new IllegalArgumentException("not a descriptor: " + number);
    }
    this.number = number;
  }

  /** Opens a path given as bytes; {@code O_CLOEXEC} is added. */
  @MustBeClosed
  public static Fd open(byte[] path, int flags, int mode) throws SyscallException {
    return new Fd(
        Call.check(
            LibC.open(Files.cString(path), flags | Fcntl.O_CLOEXEC, mode),
            "",
            "open",
            Files.text(path),
            flags,
            mode));
  }

  /** Opens a path without creating it. */
  @MustBeClosed
  public static Fd open(String path, int flags) throws SyscallException {
    return open(Files.bytes(path), flags, 0);
  }

  /** Another descriptor of ours for what one of ours refers to. */
  @MustBeClosed
  public static Fd duplicate(int number) throws SyscallException {
    return new Fd(
        Call.check(
            LibC.fcntl(number, Fcntl.F_DUPFD_CLOEXEC, 0), "", "fcntl", number, "F_DUPFD_CLOEXEC"));
  }

  /** The number. */
  public int number() {
    if (closed) {
      throw new IllegalStateException("descriptor " + number + " is closed");
    }
    return number;
  }

  /** Gives the number away: the caller closes it from now on. */
  public int release() {
    int released = number();
    closed = true;
    return released;
  }

  /** Reads at an offset; returns the bytes read, 0 at the end. */
  public long pread(long address, long count, long offset) throws SyscallException {
    while (true) {
      long n = LibC.pread64(number(), address, count, offset);
      if (n >= 0 || Call.errno() != Errno.EINTR) {
        return Call.check(n, "", "pread64", number, count, offset);
      }
    }
  }

  /** Reads what one read gives, at most so much; 0 at the end. */
  public long read(long address, long count) throws SyscallException {
    while (true) {
      long n = LibC.read(number(), address, count);
      if (n >= 0 || Call.errno() != Errno.EINTR) {
        return Call.check(n, "", "read", number, count);
      }
    }
  }

  /** The same, of a descriptor that does not wait; -1 when there is nothing to read now. */
  public long readNow(long address, long count) throws SyscallException {
    while (true) {
      long n = LibC.read(number(), address, count);
      if (n >= 0) {
        return n;
      }
      int errno = Call.errno();
      if (errno == Errno.EAGAIN) {
        return -1;
      }
      if (errno != Errno.EINTR) {
        throw Call.failure(errno, "", "read", number(), count);
      }
    }
  }

  /** Writes at an offset; returns the bytes written. */
  public long pwrite(long address, long count, long offset) throws SyscallException {
    while (true) {
      long n = LibC.pwrite64(number(), address, count, offset);
      if (n >= 0 || Call.errno() != Errno.EINTR) {
        return Call.check(n, "", "pwrite64", number, count, offset);
      }
    }
  }

  /** fcntl(2). */
  public int fcntl(int command, long argument) throws SyscallException {
    return Call.check(
        LibC.fcntl(number(), command, argument), "", "fcntl", number, command, argument);
  }

  /** dup2(2): lets another number of ours lead where this one does; that one stays open on exec. */
  public void copyTo(int other) throws SyscallException {
    Call.check(LibC.dup2(number(), other), "", "dup2", number, other);
  }

  /** ioctl(2). */
  public int ioctl(long request, long argument) throws SyscallException {
    return Call.check(
        LibC.ioctl(number(), request, argument), "", "ioctl", number, request, argument);
  }

  /** Whether poll(2) says that the other side is gone. */
  public boolean hungUp() throws SyscallException {
    return (poll(0) & Epoll.EPOLLHUP) != 0;
  }

  /** poll(2) without waiting: which of the events, errors and hang-ups there are now. */
  public int poll(int events) throws SyscallException {
    return poll(events, 0);
  }

  /** The same, waiting for the first of them for that many milliseconds at most. */
  public int poll(int events, int millis) throws SyscallException {
    // struct pollfd: fd 0, events 4 (s16), revents 6 (s16)
    NativeBuffer pollfd = NativeBuffer.allocate(Long.BYTES);
    pollfd.putInt(0, number());
    pollfd.putInt(4, events & 0xffff);
    Call.check(
        LibC.syscall(Numbers.POLL, pollfd.address(), 1, 0, 0, 0, 0), "", "poll", number(), events);
    return pollfd.getInt(4) >>> 16;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      // NB: Linux frees the number whatever close returns; trying again could close another's fd.
      // What a failing close says of lost data is said earlier by fdatasync, which we check.
      LibC.close(number);
    }
  }

  @Override
  public String toString() {
    return "fd " + number;
  }
}
