package dev.ckpt.core.checkpoint.file;

import static dev.ckpt.core.kernel.Epoll.ANY_EVENT;
import static dev.ckpt.core.kernel.Epoll.hasFired;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.EpollTarget;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.record.EpollItem;
import dev.ckpt.format.record.FileEpoll;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An epoll instance and what it watches.
 *
 * <p>An item belongs to an open file description and to the number that it was added under. The
 * number alone tells nothing: it may have been closed, while a duplicate keeps the description and
 * the item alive, or have been given to another file (epoll(7), question 6).
 */
final class Epoll implements FileKind {
  /** EPIOCGPARAMS: struct epoll_params of 8 bytes (linux/eventpoll.h), since Linux 6.9. */
  private static final long EPIOCGPARAMS = 0x80088a02L;

  /** An item, and the file that it watches. */
  private record Watch(EpollTarget target, OpenFile file) {}

  private final Map<OpenFile, List<Watch>> watches = new HashMap<>();

  @Override
  public void survey(Files files, List<OpenFile> mine) throws CkptException {
    for (OpenFile epoll : mine) {
      refuseBusyPoll(files, epoll);
      List<Watch> found = new ArrayList<>();
      Map<Integer, Integer> seen = new HashMap<>();
      for (EpollTarget target : EpollTarget.of(epoll.info())) {
        int nth = seen.merge(target.fd(), 1, Integer::sum) - 1;
        Optional<OpenFile> file = watched(files, epoll, target, nth);
        if (file.isPresent()) {
          refuseFired(files, epoll, target, file.get());
          found.add(new Watch(target, file.get()));
        }
      }
      watches.put(epoll, found);
    }
  }

  /** The file of an item; nothing when it or its item is refused. */
  private static Optional<OpenFile> watched(
      Files files, OpenFile epoll, EpollTarget target, int nth) throws CkptException {
    for (int fd : files.numbersFrom(target.fd())) {
      if (isTarget(files.target().pid(), fd, epoll, target, nth)) {
        return files.find(fd);
      }
    }
    for (OpenFile file : files.all()) {
      if (file.inFlight() && isTarget(file.holder(), file.fd(), epoll, target, nth)) {
        return Optional.of(file);
      }
    }
    files
        .target()
        .refusals()
        .add(
            RefusalCode.EPOLL_OUTSIDE,
            epoll.name()
                + " watches inode "
                + target.ino()
                + ", of which the task has no descriptor",
            "end the process that has it, or close it");
    return Optional.empty();
  }

  private static boolean isTarget(int pid, int fd, OpenFile epoll, EpollTarget target, int nth)
      throws SyscallException {
    return Tasks.isEpollTarget(pid, fd, epoll.holder(), epoll.fd(), target.fd(), nth);
  }

  /** What it watches may be in flight. */
  @Override
  public boolean needsAll() {
    return true;
  }

  /**
   * NB: only an event disarms a one-shot item, for EPOLL_CTL_ADD and MOD wait for errors and
   * hang-ups in any case. So the file must be ready for something when the item is made again.
   */
  private static void refuseFired(Files files, OpenFile epoll, EpollTarget target, OpenFile file)
      throws CkptException {
    if (!hasFired(target.events())) {
      return;
    }
    try (Fd duplicate = files.duplicate(file)) {
      files
          .target()
          .refusals()
          .addIf(
              !file.kind().pollsAlike() || duplicate.poll(ANY_EVENT) == 0,
              RefusalCode.EPOLL_FIRED,
              epoll.name()
                  + " has a fired one-shot item for "
                  + file.name()
                  + ", which is not ready",
              "try again when the program has armed it again");
    }
  }

  private static void refuseBusyPoll(Files files, OpenFile epoll) throws CkptException {
    NativeBuffer params = NativeBuffer.allocate(Long.BYTES);
    try (Fd duplicate = files.duplicate(epoll)) {
      duplicate.ioctl(EPIOCGPARAMS, params.address());
    } catch (SyscallException e) {
      if (e.errno() != Errno.ENOTTY && e.errno() != Errno.EINVAL) {
        throw e;
      }
    }
    files
        .target()
        .refusals()
        .addIf(
            params.getLong(0) != 0,
            RefusalCode.FD_EVENTPOLL,
            epoll.name() + " polls network devices busily (EPIOCSPARAMS)",
            "switch that off");
  }

  @Override
  public int save(Files files, OpenFile file) {
    return files.context().addTarget(new FileEpoll(file.flags()));
  }

  @Override
  public void join(Files files, OpenFile file) {
    for (Watch watch : watches.get(file)) {
      EpollTarget target = watch.target();
      files
          .context()
          .add(
              new EpollItem(
                  files.objref(file),
                  files.objref(watch.file()),
                  target.fd(),
                  target.events(),
                  target.data()));
    }
  }
}
