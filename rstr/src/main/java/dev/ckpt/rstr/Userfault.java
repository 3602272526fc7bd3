package dev.ckpt.rstr;

import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.Userfaultfd;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.Vma;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Optional;

/**
 * A userfaultfd(2) of the new task, and our descriptor for it: by it pages come into memory that
 * nobody has touched without a fault, and without the zeros that a fault makes.
 *
 * <p>Between {@link #register} and {@link #end} nothing else can put pages there: a write from
 * outside would be a fault that nobody serves.
 *
 * <p>Threading: {@link #copy} any thread; the rest on the thread that makes the task's system
 * calls.
 *
 * <p>Source: {@code mm/userfaultfd.c}.
 */
final class Userfault implements AutoCloseable {
  private static final long UFFDIO_MOVE = 0xc028aa05L;

  private static final int TRANSFER_BYTES = 40;

  /** Where it tells how far it came. */
  private static final int TRANSFERRED = 32;

  private static final int MAX_TRIES = 1000;

  private final BatchRunner run;
  private final int pid;
  private final long theirs;
  private final Fd ours;

  private Userfault(BatchRunner run, int pid, long theirs, Fd ours) {
    this.run = run;
    this.pid = pid;
    this.theirs = theirs;
    this.ours = ours;
  }

  /**
   * Opens one in the task.
   *
   * @param moves whether pages are to be moved, which takes Linux 6.8
   * @return nothing when that is not possible here
   */
  static Optional<Userfault> open(BatchRunner run, int pid, boolean moves) throws CkptException {
    return open(run, pid, Userfaultfd.FLAGS, moves ? Userfaultfd.UFFD_FEATURE_MOVE : 0);
  }

  /**
   * Opens one in the task that its pages are served with when it runs.
   *
   * @return ours, the only one; nothing when that is not possible here
   */
  static Optional<Fd> openToServe(BatchRunner run, int pid) throws CkptException {
    Optional<Userfault> opened = open(run, pid, Userfaultfd.SERVER_FLAGS, Userfaultfd.PAGE_SERVING);
    if (opened.isPresent()) {
      run.call("close", SyscallNumbers.CLOSE, opened.get().theirs);
      run.flush();
    }
    return opened.map(userfault -> userfault.ours);
  }

  private static Optional<Userfault> open(BatchRunner run, int pid, int flags, long features)
      throws CkptException {
    Batch batch = run.room(1, 0);
    Batch.Result fd = batch.tryCall("userfaultfd", SyscallNumbers.USERFAULTFD, flags);
    run.flush();
    if (batch.result(fd) < 0) {
      return Optional.empty();
    }
    Optional<Fd> ours = fetch(pid, (int) batch.result(fd), features);
    if (ours.isEmpty()) {
      run.call("close", SyscallNumbers.CLOSE, batch.result(fd));
    }
    return ours.map(duplicate -> new Userfault(run, pid, batch.result(fd), duplicate));
  }

  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  private static Optional<Fd> fetch(int pid, int fd, long features) throws CkptException {
    Fd ours;
    try (Fd pidfd = Tasks.pidfdOpen(pid)) {
      ours = Tasks.pidfdGetfd(pidfd, fd);
    } catch (SyscallException e) {
      if (e.errno() == Errno.EPERM || e.errno() == Errno.ENOSYS) {
        return Optional.empty();
      }
      throw e;
    }
    try {
      Userfaultfd.api(ours, features);
      return Optional.of(ours);
    } catch (SyscallException e) {
      ours.close();
      if (e.errno() == Errno.EINVAL || e.errno() == Errno.EPERM) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Says in which mappings pages will be put; they have none yet. */
  void register(Collection<Vma> vmas) throws CkptException {
    for (Vma vma : vmas) {
      Userfaultfd.register(
          ours, vma.start(), vma.lenBytes(), Userfaultfd.UFFDIO_REGISTER_MODE_MISSING);
    }
  }

  /** Fills pages from a direct buffer's position. */
  void copy(PageRange range, ByteBuffer pages) throws CkptException {
    long local = NativeBuffer.addressOf(pages) + pages.position();
    long copied = 0;
    for (int i = 0; copied < range.lenBytes(); i++) {
      long left = range.lenBytes() - copied;
      long result = Userfaultfd.copy(ours, range.address() + copied, local + copied, left);
      if (result == -Errno.ESRCH) {
        throw new TargetGoneException(pid, "ioctl(UFFDIO_COPY)");
      } else if (result < 0) {
        refuseAt(range, "ioctl(UFFDIO_COPY)", (int) -result, i);
      }
      copied += Math.max(0, result);
    }
    pages.position(pages.position() + Math.toIntExact(range.lenBytes()));
  }

  /**
   * Moves pages to where they belong.
   *
   * @param range where that is
   * @param delta how far away they are
   */
  void move(PageRange range, long delta) throws CkptException {
    long moved = 0;
    for (int i = 0; moved < range.lenBytes(); i++) {
      Batch batch = run.room(1, TRANSFER_BYTES);
      Batch.Data move = batch.space(TRANSFER_BYTES);
      batch.putLong(move, 0, range.address() + moved);
      batch.putLong(move, 8, range.address() + delta + moved);
      batch.putLong(move, 16, range.lenBytes() - moved);
      Batch.Result result =
          batch.tryCall("ioctl(UFFDIO_MOVE)", SyscallNumbers.IOCTL, theirs, UFFDIO_MOVE, move);
      run.flush();
      if (batch.result(result) < 0) {
        refuseAt(range, "ioctl(UFFDIO_MOVE)", (int) -batch.result(result), i);
      }
      moved += Math.max(0, batch.getLong(move, TRANSFERRED));
    }
  }

  /** NB: the kernel may do a part only and then want to be asked again, when a page is in use. */
  private static void refuseAt(PageRange range, String call, int errno, int nrTries)
      throws SyscallException {
    if (errno != Errno.EAGAIN && errno != Errno.EBUSY || nrTries == MAX_TRIES) {
      throw new SyscallException("", call, range.toString(), errno);
    }
  }

  /** Closes it in the task too: with the last descriptor goes the registration of all mappings. */
  void end() throws CkptException {
    close();
    run.call("close", SyscallNumbers.CLOSE, theirs);
    run.flush();
  }

  @Override
  public void close() {
    ours.close();
  }
}
