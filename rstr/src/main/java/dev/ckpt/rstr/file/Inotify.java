package dev.ckpt.rstr.file;

import static dev.ckpt.core.kernel.Inotify.IN_DONT_FOLLOW;
import static dev.ckpt.core.kernel.Inotify.IN_IGNORED;
import static dev.ckpt.core.kernel.Inotify.IN_Q_OVERFLOW;
import static dev.ckpt.core.kernel.Inotify.IN_UNMOUNT;
import static dev.ckpt.core.kernel.Inotify.addWatch;
import static dev.ckpt.core.kernel.Inotify.drain;
import static dev.ckpt.core.kernel.Inotify.removeWatch;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.record.FileInotify;
import dev.ckpt.format.record.InotifyWatch;
import dev.ckpt.rstr.Checks;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Makes inotify instances, and has them watch what they watched under the same numbers.
 *
 * <p>The kernel gives watch descriptors in ascending order, and one that was removed not before all
 * others had their turn. So numbers that are not wanted are taken and removed again.
 */
final class Inotify implements FileKind {
  /** Well below the events that a queue takes by default (fs.inotify.max_queued_events). */
  private static final int DRAIN_EVERY = 4096;

  @Override
  public void check(Checks checks) throws CkptException {
    for (InotifyWatch watch : checks.state().all(InotifyWatch.class)) {
      try {
        FileStat.of(watch.path().toByteArray());
      } catch (SyscallException e) {
        checks.refuse(
            RefusalCode.INOTIFY_GONE,
            watch.path() + ", which the task watches (" + e.getMessage() + ")",
            "put it back");
      }
    }
  }

  @Override
  public void restore(Files files) throws CkptException {
    for (Map.Entry<Integer, FileInotify> entry :
        files.state().shared(FileInotify.class).entrySet()) {
      Batch batch = files.run().room(3, 0);
      Batch.Result fd = batch.call("inotify_init1", SyscallNumbers.INOTIFY_INIT1, Fcntl.O_NONBLOCK);
      int number = files.moved(batch, fd);
      files.run().flush();
      List<InotifyWatch> watches =
          files.state().all(InotifyWatch.class).stream()
              .filter(watch -> watch.inotify() == entry.getKey())
              .toList();
      try (Fd inotify = Tasks.pidfdGetfd(files.context().pidfd(), number)) {
        takeNumbers(inotify, watches);
        // The same number now, and from here on its own events.
        for (InotifyWatch watch : watches) {
          addWatch(inotify, watch.path().toByteArray(), watch.mask() | IN_DONT_FOLLOW);
        }
      }
      files.setFlags(number, entry.getValue().flags());
      files.opened(entry.getKey(), number);
    }
  }

  /**
   * Makes each watch with its number. NB: removing a watch leaves an event, which has to be read
   * away; no other may be among those. So none watches for anything that happens yet.
   */
  private static void takeNumbers(Fd inotify, List<InotifyWatch> watches) throws CkptException {
    try (Fd nothing = dev.ckpt.core.kernel.Files.memfd("ckpt-inotify", 0)) {
      byte[] filler = ("/proc/self/fd/" + nothing.number()).getBytes(StandardCharsets.US_ASCII);
      int removed = 0;
      int next = 1;
      for (InotifyWatch watch : watches) {
        while (next < watch.wd()) {
          int wd = addWatch(inotify, filler, IN_UNMOUNT);
          removeWatch(inotify, wd);
          next = wd + 1;
          if (++removed % DRAIN_EVERY == 0) {
            requireOurs(drain(inotify));
          }
        }
        int wd = addWatch(inotify, watch.path().toByteArray(), IN_UNMOUNT | IN_DONT_FOLLOW);
        require(wd == watch.wd(), watch.path() + " cannot be watched as " + watch.wd());
        next = wd + 1;
      }
      requireOurs(drain(inotify));
    }
  }

  private static void requireOurs(int masks) throws CkptException {
    require((masks & ~(IN_IGNORED | IN_Q_OVERFLOW)) == 0, "a file system was unmounted meanwhile");
  }

  private static void require(boolean holds, String otherwise) throws CkptException {
    if (!holds) {
      throw new UnsupportedStateException(
          List.of(
              new Refusal(RefusalCode.INOTIFY_GONE, otherwise, "put back what the task watched")));
    }
  }
}
