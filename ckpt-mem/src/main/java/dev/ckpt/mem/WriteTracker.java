package dev.ckpt.mem;

import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.checkpoint.CkptContext;
import dev.ckpt.core.checkpoint.MmCheckpoint;
import dev.ckpt.core.checkpoint.MmTracking;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.KernelFeatures;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.Userfaultfd;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.MapsEntry;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.Status;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.RemoteCall;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.ParentImage;
import dev.ckpt.format.record.ParentPages;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Tells which pages a task has written since its last dump, by write protection that a write takes
 * away by itself: no one serves faults, and the task waits for nobody.
 *
 * <p>It takes a userfaultfd(2) of the task's own, which the task makes and closes again in one
 * batch of calls, while we take a duplicate of it. So nothing of it is seen in the task, but for a
 * flag of its mappings; and with us it goes, whatever becomes of us.
 *
 * <p>Pages are protected as they are looked at, in one call, while the task is frozen. What was not
 * there at that time is not protected, so it counts as written once it is there. A page is thought
 * unwritten only if the kernel says so of a mapping that it watches all the time: one that is new,
 * was moved, or is of another program after exec(2), it does not.
 *
 * <p>Source: Documentation/admin-guide/mm/pagemap.rst, {@code fs/userfaultfd.c}.
 */
final class WriteTracker implements MmTracking {
  private static final String REMEDY = "dump it without";

  /** All that the task is asked to do for it. */
  static final List<RemoteCall> CALLS =
      List.of(
          RemoteCall.question("userfaultfd", SyscallNumbers.USERFAULTFD, Userfaultfd.FLAGS),
          RemoteCall.undoing("close", SyscallNumbers.CLOSE));

  /** The image that the next one can build on. */
  private record Parent(UUID uuid, ByteString path, int mmObjref) {}

  private final int pid;
  private final Optional<String> obstacle;
  private Optional<Fd> userfault = Optional.empty();
  private Optional<Parent> parent = Optional.empty();
  private Optional<String> reason = Optional.empty();

  /** Of the dump that is under way. */
  private int mmObjref;

  private boolean filtered;

  /** Whether the task was asked for a descriptor in the dump that is under way. */
  private boolean tried;

  /**
   * Pages that are not in the image that is being made, or was made last, though they should be.
   */
  private final Queue<PageRange> missed = new ConcurrentLinkedQueue<>();

  /** Those of the one before. */
  private List<PageRange> missedBefore = List.of();

  /** Whether it may have taken note of pages that are in no image yet. */
  private boolean looked;

  WriteTracker(int pid) {
    this.pid = pid;
    this.obstacle = obstacle();
  }

  /** Why writes cannot be watched here; nothing if they can. */
  private static Optional<String> obstacle() {
    try {
      KernelFeatures.tryWriteTracking();
      return Optional.empty();
    } catch (SyscallException e) {
      return Optional.of(
          "this kernel does not tell which pages were written (userfaultfd with WP_ASYNC and"
              + " PAGEMAP_SCAN, Linux 6.7): "
              + e.getMessage());
    }
  }

  @Override
  public MmCheckpoint next() {
    return new TaskMemory(Optional.of(this), false);
  }

  @Override
  public MmCheckpoint nextPreDump() throws UnsupportedStateException {
    if (obstacle.isPresent()) {
      throw new UnsupportedStateException(
          List.of(new Refusal(RefusalCode.WRITES_UNSEEN, "a pre-dump: " + obstacle.get(), REMEDY)));
    }
    return new TaskMemory(Optional.of(this), true);
  }

  /** Says that pages could not be read for the image that is being made. Any thread. */
  void missed(PageRange pages) {
    missed.add(pages);
  }

  @Override
  public void published(UUID uuid, ByteString path) {
    looked = false;
    parent =
        userfault.isPresent() ? Optional.of(new Parent(uuid, path, mmObjref)) : Optional.empty();
  }

  @Override
  public void failed() {
    if (looked) {
      looked = false;
      parent = Optional.empty();
      reason = Optional.of("the dump before came to nothing");
    }
  }

  @Override
  public Optional<String> reason() {
    return reason;
  }

  /** Whether the task's mappings may have our mark. */
  boolean isOn() {
    return userfault.isPresent();
  }

  /** The image that the dump builds on, if it keeps any page of that. */
  UUID parentUuid() {
    return parent.map(Parent::uuid).orElse(Header.NO_PARENT);
  }

  /** About how many bytes have to be read, while the task still runs; nothing if all of them. */
  Optional<Long> writtenBytes() throws CkptException {
    if (parent.isEmpty()) {
      return Optional.empty();
    }
    long nrPages = 0;
    try (PagemapScan pagemap = PagemapScan.ofAnyKernel(pid)) {
      for (MapsEntry vma : ProcFs.of(pid).maps().entries()) {
        if (!vma.shared() && vma.writable() && vma.inode() == 0) {
          nrPages += countWritten(pagemap, vma);
        }
      }
    }
    return Optional.of(nrPages * PageRange.PAGE_SIZE);
  }

  private static long countWritten(PagemapScan pagemap, MapsEntry vma) throws CkptException {
    try {
      return pagemap.countWritten(vma.start(), vma.end());
    } catch (SyscallException e) {
      if (e.errno() == Errno.EPERM) {
        // A new mapping, which is not protected; an estimate need not be exact.
        return 0;
      }
      throw e;
    }
  }

  /** Begins a dump of the task, which is frozen. */
  void begin(Status status) {
    looked = true;
    tried = false;
    missedBefore = List.copyOf(missed);
    missed.clear();
    if (parent.isPresent()) {
      reason = Optional.empty();
    }
    // NB: a filter may forbid what the task would have to do for us.
    filtered = status.seccomp().orElse(0) != 0;
    if (obstacle.isPresent()) {
      reason = obstacle;
    } else if (filtered && userfault.isEmpty()) {
      reason = Optional.of("the task has seccomp filters");
    }
  }

  /** Whether the task is to be asked for a descriptor. */
  boolean wantsDescriptor() {
    return obstacle.isEmpty() && !filtered && userfault.isEmpty() && !tried;
  }

  /**
   * Has a mapping protected from now on; again for one that is. It may cover mappings that are
   * newer than the last dump, none of whose pages are protected.
   *
   * @return false if it cannot be, or another userfaultfd has it
   */
  private boolean cover(MapsEntry vma) throws SyscallException {
    if (userfault.isEmpty()) {
      return false;
    }
    try {
      Userfaultfd.register(
          userfault.get(), vma.start(), vma.lenBytes(), Userfaultfd.UFFDIO_REGISTER_MODE_WP);
      return true;
    } catch (SyscallException e) {
      switch (e.errno()) {
        case Errno.ESRCH:
          lose("the task has executed another program");
          return false;
        case Errno.EBUSY, Errno.EINVAL, Errno.EPERM, Errno.ENOMEM:
          return false;
        default:
          throw e;
      }
    }
  }

  /**
   * Looks at a mapping, and protects what was written to it or never was protected.
   *
   * <p>NB: only what smaps shows as watched is. When mremap(2) moves memory right beside a mapping
   * with which it becomes one, the kernel stops to watch all of that and leaves its pages marked as
   * unwritten, and writable (seen on 6.18): so nothing is told of what is written there, then or
   * later. Such pages count as written, and are protected once more.
   *
   * @return false when it cannot be watched; then nothing was told
   */
  boolean watch(PageMap pagemap, Mapping mapping, PageMap.Found found) throws CkptException {
    MapsEntry vma = mapping.entry().vma();
    if (!mapping.isWatchable() || !cover(vma)) {
      return false;
    }
    List<PageRange> stale = new ArrayList<>();
    PageMap.Found known =
        new PageMap.Found() {
          @Override
          public void pages(PageRange range, boolean written) {
            if (!written && !mapping.isWatched()) {
              stale.add(range);
            }
            tell(range, written || !mapping.isWatched(), found);
          }

          @Override
          public void guards(PageRange range) {
            found.guards(range);
          }
        };
    boolean told = pagemap.scanAndProtect(vma.start(), vma.end(), known);
    for (PageRange range : stale) {
      Userfaultfd.protect(userfault.orElseThrow(), range.address(), range.lenBytes());
    }
    return told;
  }

  /** NB: what was missed when the task ran may be back unwritten, as after mprotect(2). */
  private void tell(PageRange range, boolean written, PageMap.Found found) {
    if (written || missedBefore.isEmpty()) {
      found.pages(range, written);
      return;
    }
    for (long at = range.address(); at != range.end(); at += PageRange.PAGE_SIZE) {
      long page = at;
      found.pages(
          new PageRange(page, 1),
          missedBefore.stream().anyMatch(each -> each.address() <= page && page < each.end()));
    }
  }

  private void lose(String why) {
    userfault.ifPresent(Fd::close);
    userfault = Optional.empty();
    parent = Optional.empty();
    reason = Optional.of(why);
  }

  /** Whether pages that were not written are in the last image. */
  boolean hasParent() {
    return parent.isPresent();
  }

  /** Has the task make a descriptor, and takes a duplicate. */
  void open(RemoteSyscalls calls) throws CkptException {
    Batch batch = calls.batch();
    Batch.Result theirs =
        batch.tryCall("userfaultfd", SyscallNumbers.USERFAULTFD, Userfaultfd.FLAGS);
    Batch.Result at = calls.pause(batch);
    batch.tryCall("close", SyscallNumbers.CLOSE, theirs);
    calls.run(batch, at, () -> fetch(batch.result(theirs)));
    tried = true;
    if (batch.result(theirs) < 0) {
      reason =
          Optional.of(
              "it cannot make a userfaultfd: " + Errno.describe((int) -batch.result(theirs)));
    }
  }

  // What is opened here belongs to what is kept until close.
  @SuppressWarnings("MustBeClosedChecker")
  private void fetch(long theirs) throws CkptException {
    if (theirs < 0) {
      return;
    }
    try (Fd pidfd = Tasks.pidfdOpen(pid)) {
      Fd ours = Tasks.pidfdGetfd(pidfd, (int) theirs);
      try {
        Userfaultfd.api(ours, Userfaultfd.WRITE_TRACKING);
        userfault = Optional.of(ours);
      } finally {
        if (userfault.isEmpty()) {
          ours.close();
        }
      }
    }
  }

  /** Adds the records of the pages that are kept, once the one of the address space was added. */
  void save(CkptContext context, int mm, List<PageRange> kept) {
    mmObjref = mm;
    if (kept.isEmpty() || parent.isEmpty()) {
      parent = Optional.empty();
      return;
    }
    context.add(new ParentImage(parent.get().path()));
    List<ParentPages.ParentRun> runs = new ArrayList<>();
    for (PageRange range : kept) {
      if (runs.size() == Limits.MAX_PARENT_RUNS) {
        context.add(new ParentPages(mm, parent.get().mmObjref(), runs));
        runs.clear();
      }
      runs.add(new ParentPages.ParentRun(range.address(), range.nrPages()));
    }
    context.add(new ParentPages(mm, parent.get().mmObjref(), runs));
  }

  @Override
  public void close() {
    userfault.ifPresent(Fd::close);
    userfault = Optional.empty();
    parent = Optional.empty();
  }
}
