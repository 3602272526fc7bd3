package dev.ckpt.rstr;

import dev.ckpt.core.backend.PageFiller;
import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.core.tracee.RemoteMap;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.PageStream;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Fills the new task's memory from the page arrays of the stream, to its tail. */
final class Pages implements AutoCloseable {
  private static final ByteBuffer ZEROS =
      ByteBuffer.allocateDirect(256 * PageRange.PAGE_SIZE).asReadOnlyBuffer();

  private static final PagesByTurns.Filling NOTHING = filler -> {};

  private final RstrContext context;
  private final MemoryObjects objects;
  private final Staging staging;
  private final PageRoom room;
  private final Optional<SignalFrames> frames;
  private final Map<Integer, Fd> open = new HashMap<>();
  private long nrPages;

  Pages(RstrContext context, MemoryObjects objects, Staging staging) {
    this.context = context;
    this.objects = objects;
    this.staging = staging;
    this.room = new PageRoom(context.state().vmas());
    this.frames = context.vdso().frames();
  }

  /**
   * Reads on to the end of the stream, which is checked against the tail.
   *
   * @param theirs for a thread beside the caller's; none if the caller's does it alone
   */
  void fill(PageStream stream, PageFiller ours, Optional<PageFiller> theirs) throws IOException {
    try (PagesByTurns turns = new PagesByTurns(stream, this::take)) {
      if (theirs.isPresent()) {
        turns.fillAll(ours, theirs.get());
      } else {
        turns.fillAlone(ours);
      }
    }
  }

  /** Brings the pages to where they belong, when the fillers are closed. */
  void finish() throws CkptException {
    staging.finish();
  }

  private PagesByTurns.Filling take(ImageObject array, ByteBuffer pages) throws CkptException {
    PageArray table = (PageArray) array.record();
    if (objects.isKept(table.owner())) {
      return NOTHING;
    }
    nrPages += table.nrDataPages();
    context.options().progress().pages(nrPages);
    if (objects.isObject(table.owner())) {
      PageRoom.requireWithin(array, objects.sizeOf(table.owner()));
      return takeObject(table, pages);
    }
    room.requireMapped(array);
    if (frames.isPresent()) {
      frames.get().look(table, pages);
    }
    return takeOwn(table, pages);
  }

  private PagesByTurns.Filling takeOwn(PageArray table, ByteBuffer pages) throws CkptException {
    List<PageRange> zeros = new ArrayList<>();
    for (PageRun run : table.runs()) {
      if (run.kind() != PageKind.DATA && !room.isZeroAtFirst(run)) {
        zeros.add(new PageRange(run.addr(), run.nrPages()));
      }
    }
    Staging.Diverted data = staging.divert(dataOf(table, 0));
    // NB: what its protection hides is for the tracer's thread alone, in some kernels
    // (proc_mem.force_override=ptrace).
    boolean anyThread = table.runs().stream().allMatch(room::isWritableWhileFilled);
    return new PagesByTurns.Filling() {
      @Override
      public void fill(PageFiller filler) throws CkptException {
        data.fill(filler, pages);
        for (PageRange range : zeros) {
          fillZeros(filler, range);
        }
      }

      @Override
      public boolean anyThread() {
        return anyThread;
      }
    };
  }

  /**
   * Where the data pages of an array go.
   *
   * @param base where the addresses of the table count from
   */
  private static List<PageRange> dataOf(PageArray table, long base) {
    List<PageRange> data = new ArrayList<>();
    for (PageRun run : table.runs()) {
      if (run.kind() == PageKind.DATA) {
        data.add(new PageRange(base + run.addr(), run.nrPages()));
      }
    }
    return data;
  }

  private static void fillZeros(PageFiller filler, PageRange range) throws CkptException {
    long most = ZEROS.capacity() / PageRange.PAGE_SIZE;
    for (long done = 0; done < range.nrPages(); done += most) {
      long now = Math.min(most, range.nrPages() - done);
      PageRange part = new PageRange(range.address() + done * PageRange.PAGE_SIZE, now);
      filler.fill(List.of(part), ZEROS.duplicate());
    }
  }

  // What is opened here belongs to what is kept until close.
  @SuppressWarnings("MustBeClosedChecker")
  private PagesByTurns.Filling takeObject(PageArray table, ByteBuffer pages) throws CkptException {
    Optional<RemoteMap> view = objects.view(table.owner());
    if (view.isPresent()) {
      // Of a new object: zeros at first.
      return filler -> filler.fill(dataOf(table, view.get().address()), pages);
    }
    Fd object = open.get(table.owner());
    if (object == null) {
      object = objects.open(table.owner());
      open.put(table.owner(), object);
    }
    Fd to = object;
    long sizeBytes = objects.sizeOf(table.owner());
    return filler -> write(to, sizeBytes, dataOf(table, 0), pages);
  }

  private static void write(Fd object, long sizeBytes, List<PageRange> ranges, ByteBuffer pages)
      throws SyscallException {
    for (PageRange range : ranges) {
      long local = NativeBuffer.addressOf(pages) + pages.position();
      long size = Math.min(range.lenBytes(), sizeBytes - range.address());
      for (long done = 0; done < size; ) {
        long n = object.pwrite(local + done, size - done, range.address() + done);
        if (n == 0) {
          throw new SyscallException("", "pwrite", "memory object", Errno.EIO);
        }
        done += n;
      }
      pages.position(pages.position() + Math.toIntExact(range.lenBytes()));
    }
  }

  long nrPages() {
    return nrPages;
  }

  @Override
  public void close() {
    staging.close();
    open.values().forEach(Fd::close);
  }
}
