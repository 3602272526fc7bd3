package dev.ckpt.rstr;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.Limits;
import dev.ckpt.format.PageStream;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaGuard;
import dev.ckpt.format.record.VmaKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The pages of an image without those that can be mapped, of which it takes note: where each run of
 * them belongs, and where it stands in the file. All are read and checked.
 *
 * <p>The pages of the last two arrays stay good.
 *
 * <p>Threading: may go from thread to thread, one at a time.
 */
final class MappedRuns implements PageStream {
  /** Less is not worth a mapping of its own: it is copied faster. */
  private static final long LEAST_BYTES = 64 << 10;

  private static final int PROT_READ_WRITE = 3;
  private static final int BUFFER_BYTES = Limits.MAX_ARRAY_DATA_PAGES * Limits.PAGE_SIZE;

  /**
   * What a mapping of a file can have as anonymous memory has it. Not among them are those that
   * file mappings have not or that mean something else there (WF, MG, HG, NH), whose pages must be
   * there (LO), that grow (GD) or must not be changed any more (SL).
   */
  private static final Set<VmFlag> ALLOWED =
      EnumSet.of(
          VmFlag.RD, VmFlag.WR, VmFlag.MR, VmFlag.MW, VmFlag.ME, VmFlag.AC, VmFlag.NR, VmFlag.SD);

  /**
   * Pages of the file that become memory.
   *
   * @param vma the mapping that they are a part of
   * @param addr where they belong
   * @param offset where they stand in the file
   */
  record Piece(Vma vma, long addr, long lenBytes, long offset) {}

  private final ImageReader reader;
  private final int mm;
  private final long mostPieces;
  private final TreeMap<Long, Vma> vmas = new TreeMap<>();
  private final List<Piece> pieces = new ArrayList<>();
  private long nrMapped;
  private final ByteBuffer[] buffers = new ByteBuffer[2];
  private int turn;
  private Optional<ByteBuffer> pages = Optional.empty();

  /**
   * Reads on from the first page array.
   *
   * @param mostPieces how many mappings there may be for it
   */
  MappedRuns(ImageReader reader, ImageState state, long mostPieces) throws CorruptImageException {
    this.reader = reader;
    this.mostPieces = mostPieces;
    this.mm = state.mmObjref();
    for (Vma vma : state.vmas()) {
      if (isCandidate(vma, state)) {
        vmas.put(vma.start(), vma);
      }
    }
  }

  /** Whether pages of a mapping may be mapped, if there are enough of them side by side. */
  static boolean isCandidate(Vma vma, ImageState state) {
    return vma.kind() == VmaKind.ANON_PRIVATE
        && vma.prot() == PROT_READ_WRITE
        && ALLOWED.containsAll(VmFlag.setOf(vma.vmFlags()))
        // NB: the kernel gives names to anonymous memory alone; [heap] is none of those.
        && !vma.name().toString().startsWith("[anon")
        && state.all(VmaGuard.class).stream()
            .noneMatch(guard -> guard.start() < vma.end() && vma.start() < guard.end());
  }

  /** What is to be mapped, when all was read. */
  List<Piece> pieces() {
    return pieces;
  }

  /** How many pages that is. */
  long nrMapped() {
    return nrMapped;
  }

  @Override
  public Optional<ImageObject> next() throws IOException {
    pages = Optional.empty();
    Optional<ImageObject> next = reader.next();
    while (next.isPresent() && next.get().record() instanceof PageArray array) {
      if (reader.codec().isPresent()) {
        throw MappedMemory.refused("the image is compressed", "make a plain one with ckpt merge");
      }
      List<PageRun> left = new ArrayList<>();
      ByteBuffer into = buffer();
      take(array, array.pagesOffset(next.get().offset()), left, into);
      if (!left.isEmpty()) {
        pages = Optional.of(into.flip().asReadOnlyBuffer());
        turn = (turn + 1) % buffers.length;
        PageArray rest = new PageArray(array.owner(), left);
        return Optional.of(new ImageObject(next.get().offset(), next.get().objref(), rest));
      }
      next = reader.next();
    }
    return next;
  }

  private ByteBuffer buffer() {
    if (buffers[turn] == null) {
      buffers[turn] =
          ByteBuffer.allocateDirect(BUFFER_BYTES + Limits.PAGE_SIZE)
              .alignedSlice(Limits.PAGE_SIZE)
              .slice(0, BUFFER_BYTES);
    }
    return buffers[turn].clear();
  }

  /** Takes an array apart: what is mapped, and what is left. */
  private void take(PageArray array, long offset, List<PageRun> left, ByteBuffer into) {
    // NB: what is left of many runs must not be more than an array may have.
    boolean mappable = array.owner() == mm && array.runs().size() <= Limits.MAX_ARRAY_RUNS / 2;
    ByteBuffer from = reader.pages();
    int at = from.position();
    for (PageRun run : array.runs()) {
      if (run.kind() != PageKind.DATA) {
        left.add(run);
        continue;
      }
      // NB: a run may go from one mapping into the next.
      for (long addr = run.addr(); addr < run.end(); ) {
        Optional<Vma> vma = mappable ? vmaOf(addr) : Optional.empty();
        long border = vma.isPresent() ? vma.get().end() : mappable ? nextStart(addr) : run.end();
        long end = Math.min(run.end(), border);
        long inFile = offset + at - from.position();
        long mapped = vma.isPresent() ? map(vma.get(), addr, end, inFile) : 0;
        keep(addr + mapped, end, from, at + (int) mapped, left, into);
        at += (int) (end - addr);
        addr = end;
      }
    }
  }

  private Optional<Vma> vmaOf(long addr) {
    return Optional.ofNullable(vmas.floorEntry(addr))
        .map(Map.Entry::getValue)
        .filter(vma -> addr < vma.end());
  }

  private long nextStart(long addr) {
    Long next = vmas.higherKey(addr);
    return next == null ? Long.MAX_VALUE : next;
  }

  /**
   * Takes note of pages to be mapped.
   *
   * <p>NB: never the last page of a mapping. Whoever has it grow (mremap) would find what stands
   * behind it in the file; so the kernel refuses (EFAULT), or what comes behind is anonymous.
   *
   * @return how many bytes of them are
   */
  private long map(Vma vma, long addr, long end, long offset) {
    long lenBytes = Math.min(end, vma.end() - Limits.PAGE_SIZE) - addr;
    if (lenBytes < LEAST_BYTES || pieces.size() >= mostPieces) {
      return 0;
    }
    pieces.add(new Piece(vma, addr, lenBytes, offset));
    nrMapped += lenBytes / Limits.PAGE_SIZE;
    return lenBytes;
  }

  private static void keep(
      long addr, long end, ByteBuffer from, int at, List<PageRun> left, ByteBuffer into) {
    if (addr < end) {
      left.add(new PageRun(addr, (end - addr) / Limits.PAGE_SIZE, PageKind.DATA));
      into.put(from.slice(at, (int) (end - addr)));
    }
  }

  @Override
  public ByteBuffer pages() {
    return pages.orElseThrow(() -> new IllegalStateException("no page array")).duplicate();
  }
}
