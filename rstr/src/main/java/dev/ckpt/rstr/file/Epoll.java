package dev.ckpt.rstr.file;

import static dev.ckpt.core.kernel.Epoll.ANY_EVENT;
import static dev.ckpt.core.kernel.Epoll.EPOLLWAKEUP;
import static dev.ckpt.core.kernel.Epoll.EPOLL_CTL_ADD;
import static dev.ckpt.core.kernel.Epoll.EVENT_BYTES;
import static dev.ckpt.core.kernel.Epoll.hasFired;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.record.EpollItem;
import dev.ckpt.format.record.FileEpoll;
import dev.ckpt.rstr.Checks;
import java.util.List;
import java.util.Map;

/** Makes epoll instances, and has them watch what they watched. */
final class Epoll implements FileKind {
  private static final int CAP_BLOCK_SUSPEND = 36;

  /** NB: without the right to it, EPOLL_CTL_ADD drops EPOLLWAKEUP and says nothing. */
  @Override
  public void check(Checks checks) throws CkptException {
    boolean wakeup =
        checks.state().all(EpollItem.class).stream()
            .anyMatch(item -> (item.events() & EPOLLWAKEUP) != 0);
    if (wakeup && !Checks.hasCapability(CAP_BLOCK_SUSPEND)) {
      checks.notes().add("epoll: EPOLLWAKEUP is lost, which takes CAP_BLOCK_SUSPEND");
    }
  }

  @Override
  public void restore(Files files) throws CkptException {
    for (Map.Entry<Integer, FileEpoll> entry : files.state().shared(FileEpoll.class).entrySet()) {
      Batch batch = files.run().room(3, 0);
      int number = files.moved(batch, batch.call("epoll_create1", SyscallNumbers.EPOLL_CREATE1, 0));
      files.setFlags(number, entry.getValue().flags());
      files.opened(entry.getKey(), number);
    }
  }

  /**
   * Adds the items. Those that have fired come first, so that the event by which they fire again is
   * the only one that there is.
   */
  @Override
  public void join(Files files) throws CkptException {
    List<EpollItem> items = files.state().all(EpollItem.class);
    for (EpollItem item : items) {
      if (hasFired(item.events())) {
        add(files, item, item.events() | ANY_EVENT);
        fire(files, item);
      }
    }
    for (EpollItem item : items) {
      if (!hasFired(item.events())) {
        add(files, item, item.events());
      }
    }
  }

  /** The file gets the number that it was added under, for as long as it takes to add it. */
  private static void add(Files files, EpollItem item, int events) throws CkptException {
    Batch batch = files.run().room(3, EVENT_BYTES);
    Batch.Data event = batch.space(EVENT_BYTES);
    batch.putInt(event, 0, events);
    batch.putLong(event, 4, item.data());
    batch.call("dup3", SyscallNumbers.DUP3, files.number(item.file()), item.fd(), 0);
    batch.call(
        "epoll_ctl",
        SyscallNumbers.EPOLL_CTL,
        files.number(item.epoll()),
        EPOLL_CTL_ADD,
        item.fd(),
        event);
    batch.call("close", SyscallNumbers.CLOSE, item.fd());
  }

  private static void fire(Files files, EpollItem item) throws CkptException {
    Batch batch = files.run().room(1, EVENT_BYTES);
    Batch.Data event = batch.space(EVENT_BYTES);
    int epoll = files.number(item.epoll());
    Batch.Result events = batch.call("epoll_wait", SyscallNumbers.EPOLL_WAIT, epoll, event, 1, 0);
    files.run().flush();
    if (batch.result(events) != 1) {
      throw new UnsupportedStateException(
          List.of(
              new Refusal(
                  RefusalCode.EPOLL_FIRED,
                  "a fired one-shot item for fd "
                      + item.fd()
                      + " cannot fire again: it is not ready",
                  "dump it when the program has armed it again")));
    }
  }
}
