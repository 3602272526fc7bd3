package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The table of up to 1 MiB of pages: which addresses they are of, and of what kind. The pages
 * themselves follow the table in the stream and are no field of the record: they are streamed.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size   type        field     unit, constraint
 *      0     8   u64 objref  owner     the MM; or a SHMEM, SYSV_SHM, GHOST_FILE or embedded
 *                                    FILE_REF: addresses are then offsets in it
 *      8     4   u32         nrRuns    1 to 4096
 *     12     4   u32         reserved  0
 *     16  16*n               runs      ascending, not overlapping
 *
 * run:
 *      0     8   u64         addr      page-aligned, below 2^47
 *      8     4   u32         nrPages   1 to 2^31; ends within 2^47
 *     12     4   u32         kind      DATA 1, ZERO 2 (PARENT 3, LAZY 4, COMPRESSED 5: not yet)
 *
 * behind the runs, if any is DATA:
 *                                      zeros up to a multiple of 4096 from the first byte of the
 *                                      stream, then the pages of the DATA runs, at most 256
 * </pre>
 */
public record PageArray(int owner, List<PageRun> runs) implements ImageRecord {
  /** Bytes of the table before the first run. */
  public static final int RUNS_OFFSET = 16;

  /** Bytes of one run on disk. */
  public static final int RUN_BYTES = 16;

  private static final int HEADER_BYTES = 24;

  /** Writes and reads the table. */
  public static final RecordCodec<PageArray> CODEC = new Codec();

  /** Checks what the layout demands. */
  public PageArray {
    runs = List.copyOf(runs);
    Invariant.positive(owner, "owner");
    Invariant.range(runs.size(), 1, Limits.MAX_ARRAY_RUNS, "nrRuns");
    long end = 0;
    long nrDataPages = 0;
    for (PageRun run : runs) {
      Invariant.that(run.addr() >= end, "runs must ascend without overlap", run);
      end = run.end();
      nrDataPages += run.kind() == PageKind.DATA ? run.nrPages() : 0;
    }
    Invariant.that(
        nrDataPages <= Limits.MAX_ARRAY_DATA_PAGES, "DATA pages must be at most 256", nrDataPages);
  }

  /** Address of the first page. */
  public long addr() {
    return runs.get(0).addr();
  }

  /** First address behind the last page. */
  public long end() {
    return runs.get(runs.size() - 1).end();
  }

  /** Number of pages that have bytes in the stream. */
  public int nrDataPages() {
    long nr = 0;
    for (PageRun run : runs) {
      nr += run.kind() == PageKind.DATA ? run.nrPages() : 0;
    }
    return (int) nr;
  }

  /** Bytes of those pages. */
  public int dataBytes() {
    return nrDataPages() * Limits.PAGE_SIZE;
  }

  /**
   * Where the pages begin in the stream if the header of the object stands at this offset; without
   * DATA pages the end of the table.
   */
  public long pagesOffset(long objectOffset) {
    return nrDataPages() == 0
        ? objectOffset + HEADER_BYTES + tableBytes()
        : pagesOffset(objectOffset, runs.size());
  }

  /** The same for a table of so many runs, which has DATA pages. */
  public static long pagesOffset(long objectOffset, int nrRuns) {
    long tableEnd = objectOffset + HEADER_BYTES + RUNS_OFFSET + (long) nrRuns * RUN_BYTES;
    return (tableEnd + Limits.PAGE_SIZE - 1) & -Limits.PAGE_SIZE;
  }

  /** Zero bytes between the table and the pages if the header stands at this offset. */
  public int paddingBytes(long objectOffset) {
    return (int) (pagesOffset(objectOffset) - objectOffset) - HEADER_BYTES - tableBytes();
  }

  /** The number of the run that holds this address, or empty if none does. */
  public OptionalInt find(long addr) {
    int low = 0;
    int high = runs.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      PageRun run = runs.get(middle);
      if (addr < run.addr()) {
        high = middle - 1;
      } else if (addr >= run.end()) {
        low = middle + 1;
      } else {
        return OptionalInt.of(middle);
      }
    }
    return OptionalInt.empty();
  }

  /** Bytes of the table. */
  public int tableBytes() {
    return RUNS_OFFSET + runs.size() * RUN_BYTES;
  }

  @Override
  public ObjectType type() {
    return ObjectType.PAGE_ARRAY;
  }

  @Override
  public List<ObjectReference> references() {
    return List.of(ownedBy(owner));
  }

  /** A reference to what pages can belong to. */
  static ObjectReference ownedBy(int owner) {
    return ObjectReference.to(
        "owner",
        owner,
        ObjectType.MM,
        ObjectType.FILE_REF,
        ObjectType.GHOST_FILE,
        ObjectType.SHMEM,
        ObjectType.SYSV_SHM);
  }

  static void writeRuns(List<PageRun> runs, RecordOutput out) {
    for (PageRun run : runs) {
      out.u64(run.addr()).u32((int) run.nrPages()).u32(run.kind().number());
    }
  }

  static List<PageRun> readRuns(RecordInput in, int nr) throws CorruptImageException {
    List<PageRun> runs = new ArrayList<>(nr);
    for (int i = 0; i < nr; i++) {
      runs.add(new PageRun(in.u64(), Integer.toUnsignedLong(in.u32()), PageKind.of(in.u32())));
    }
    return runs;
  }

  private static final class Codec implements RecordCodec<PageArray> {
    @Override
    public void write(PageArray value, RecordOutput out) {
      out.u64(value.owner()).count(value.runs().size(), Limits.MAX_ARRAY_RUNS).u32(0);
      writeRuns(value.runs(), out);
    }

    @Override
    public PageArray read(RecordInput in) throws CorruptImageException {
      int owner = in.objref64();
      int nr = in.count(Limits.MAX_ARRAY_RUNS, RUN_BYTES);
      in.reserved32();
      return new PageArray(owner, readRuns(in, nr));
    }
  }
}
