package dev.ckpt.convert.memory;

import dev.ckpt.format.Limits;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.VdsoImage;
import dev.ckpt.format.record.Vma;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads the memory of an image for a sink, each page once, and counts what it read. Of many pages
 * of zeros the first and the last are given, for what is on their borders may go on in them.
 */
public final class MemoryReader {
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(Limits.PAGE_SIZE);

  private static final long ASK_BYTES = 1 << 20;

  private final ImageMemory memory;
  private final MemorySink sink;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(Limits.MAX_ARRAY_DATA_PAGES * Limits.PAGE_SIZE);
  private long dataBytes;
  private long fileBytes;
  private long unasked;
  private boolean vdsoRead;

  /** Begins; one sink may be given all areas. */
  public MemoryReader(ImageMemory memory, MemorySink sink) {
    this.memory = memory;
    this.sink = sink;
  }

  /**
   * Reads an area, unless the sink wants no more.
   *
   * @throws dev.ckpt.error.CkptException if a page array is damaged, of whichever image
   */
  public void read(Area area) throws IOException {
    sink.begin(area);
    if (area.object().isEmpty() && memory.isVdso(area.start())) {
      readVdso(area);
    } else {
      long at = area.start();
      while (at < area.end() && goesOn()) {
        at = readPages(area, at);
      }
    }
    sink.end();
  }

  private boolean goesOn() {
    if (unasked < ASK_BYTES) {
      return true;
    }
    unasked = 0;
    return sink.wantsMore();
  }

  private void readVdso(Area area) throws IOException {
    // NB: once, for a hostile image may have it mapped a million times.
    if (!vdsoRead) {
      vdsoRead = true;
      for (VdsoImage vdso : memory.state().all(VdsoImage.class)) {
        ByteBuffer bytes = vdso.content().asByteBuffer();
        take(area.start(), bytes.limit((int) Math.min(bytes.limit(), area.lenBytes())));
      }
    }
  }

  private long readPages(Area area, long at) throws IOException {
    PageRun[] found = new PageRun[1];
    long end =
        memory.pages().read(area.owner(), at, area.end(), buffer.clear(), run -> found[0] = run);
    if (found[0] == null) {
      absent(area, at, end);
    } else if (found[0].kind() == PageKind.DATA) {
      take(at, buffer.flip());
    } else {
      zero(at);
      zeroAgain(at, end);
    }
    return end;
  }

  private void take(long addr, ByteBuffer bytes) throws IOException {
    dataBytes += bytes.remaining();
    unasked += bytes.remaining();
    sink.take(addr, bytes);
  }

  private void zero(long addr) throws IOException {
    sink.take(addr, ZEROS.duplicate());
  }

  private void zeroAgain(long from, long end) throws IOException {
    if (end - Limits.PAGE_SIZE > from) {
      zero(end - Limits.PAGE_SIZE);
    }
  }

  private void absent(Area area, long from, long end) throws IOException {
    if (memory.readsZeros(area, from)) {
      zero(from);
    }
    if (memory.readsZeros(area, end - Limits.PAGE_SIZE)) {
      zeroAgain(from, end);
    }
    if (area.object().isEmpty()) {
      countFiles(from, end);
    }
  }

  private void countFiles(long from, long end) {
    Mappings mappings = memory.mappings();
    for (int i = mappings.find(from); i < mappings.all().size(); i++) {
      Vma vma = mappings.all().get(i);
      if (vma.start() >= end || vma.start() < 0) {
        break;
      }
      if (memory.outerFile(vma).isPresent()) {
        fileBytes += Math.min(end, vma.end()) - Math.max(from, vma.start());
      }
    }
  }

  /** How much was read: pages of zeros do not count. */
  public long dataBytes() {
    return dataBytes;
  }

  /** How much there was that only mapped files have. */
  public long fileBytes() {
    return fileBytes;
  }
}
