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
import dev.ckpt.format.ImageReader;
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

  private static final long OWN = 0;

  private final RstrContext context;
  private final PageFiller filler;
  private final MemoryObjects objects;
  private final Staging staging;
  private final PageRoom room;
  private final Optional<SignalFrames> frames;
  private final Map<Integer, Fd> open = new HashMap<>();
  private long nrPages;

  Pages(RstrContext context, PageFiller filler, MemoryObjects objects, Staging staging) {
    this.context = context;
    this.filler = filler;
    this.objects = objects;
    this.staging = staging;
    this.room = new PageRoom(context.state().vmas());
    this.frames = context.vdso().frames();
  }

  /** Reads on to the end of the stream, which the reader checks against the tail. */
  void fill(ImageReader reader) throws IOException {
    try (PageStream stream = new PageStream(reader)) {
      for (Optional<PageStream.Piece> next = stream.next();
          next.isPresent();
          next = stream.next()) {
        fill(next.get().array(), next.get().pages());
        context.options().progress().pages(nrPages);
      }
    }
    staging.finish();
  }

  private void fill(ImageObject array, ByteBuffer pages) throws CkptException {
    PageArray table = (PageArray) array.record();
    if (objects.isKept(table.owner())) {
      return;
    }
    if (objects.isObject(table.owner())) {
      PageRoom.requireWithin(array, objects.sizeOf(table.owner()));
      fillObject(table, pages);
    } else {
      room.requireMapped(array);
      if (frames.isPresent()) {
        frames.get().look(table, pages);
      }
      fillTask(table, pages, OWN);
    }
    nrPages += table.nrDataPages();
  }

  /**
   * Fills the task's own memory.
   *
   * @param base where in it the addresses of the table count from: {@link #OWN}, or a view of a new
   *     object, which is zeros
   */
  private void fillTask(PageArray table, ByteBuffer pages, long base) throws CkptException {
    List<PageRange> data = new ArrayList<>();
    for (PageRun run : table.runs()) {
      if (run.kind() == PageKind.DATA) {
        data.add(new PageRange(base + run.addr(), run.nrPages()));
      } else if (base == OWN && !room.isZeroAtFirst(run)) {
        fillZeros(run);
      }
    }
    filler.fill(staging.divert(data), pages);
  }

  private void fillZeros(PageRun run) throws CkptException {
    long most = ZEROS.capacity() / PageRange.PAGE_SIZE;
    for (long done = 0; done < run.nrPages(); done += most) {
      long now = Math.min(most, run.nrPages() - done);
      filler.fill(
          List.of(new PageRange(run.addr() + done * PageRange.PAGE_SIZE, now)), ZEROS.duplicate());
    }
  }

  // What is opened here belongs to what is kept until close.
  @SuppressWarnings("MustBeClosedChecker")
  private void fillObject(PageArray table, ByteBuffer pages) throws CkptException {
    Optional<RemoteMap> view = objects.view(table.owner());
    if (view.isPresent()) {
      fillTask(table, pages, view.get().address());
      return;
    }
    Fd object = open.get(table.owner());
    if (object == null) {
      object = objects.open(table.owner());
      open.put(table.owner(), object);
    }
    for (PageRun run : table.runs()) {
      if (run.kind() != PageKind.DATA) {
        continue;
      }
      long local = NativeBuffer.addressOf(pages) + pages.position();
      long size = Math.min(run.lenBytes(), objects.sizeOf(table.owner()) - run.addr());
      for (long done = 0; done < size; ) {
        long n = object.pwrite(local + done, size - done, run.addr() + done);
        if (n == 0) {
          throw new SyscallException("", "pwrite", "memory object", Errno.EIO);
        }
        done += n;
      }
      pages.position(pages.position() + Math.toIntExact(run.lenBytes()));
    }
  }

  long nrPages() {
    return nrPages;
  }

  @Override
  public void close() throws CkptException {
    open.values().forEach(Fd::close);
    filler.close();
  }
}
