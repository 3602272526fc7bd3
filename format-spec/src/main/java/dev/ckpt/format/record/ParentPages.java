package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.ArrayList;
import java.util.List;

/**
 * Pages that are as they are in the parent image: those of them that it has, or its own parent;
 * what neither has is not there, as of pages that no page array has. None of them is in a page
 * array of this image.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type        field        unit, constraint
 *      0     8  u64 objref  owner        as in a page array
 *      8     4  u32         parentOwner  object reference of the same thing in the parent, above 0
 *     12  4+n1  list        runs         1 to 1048576: ascending, not overlapping
 *
 * run:
 *      0     8  u64         addr         page-aligned, below 2^47
 *      8     4  u32         nrPages      1 to 2^31; ends within 2^47
 * </pre>
 */
public record ParentPages(int owner, int parentOwner, List<ParentRun> runs) implements ImageRecord {
  /** Bytes of one run on disk. */
  public static final int RUN_BYTES = 12;

  /** Writes and reads the payload. */
  public static final RecordCodec<ParentPages> CODEC = new Codec();

  /** Checks what the layout demands. */
  public ParentPages {
    runs = List.copyOf(runs);
    Invariant.positive(owner, "owner");
    Invariant.positive(parentOwner, "parentOwner");
    Invariant.range(runs.size(), 1, Limits.MAX_PARENT_RUNS, "number of runs");
    long end = 0;
    for (ParentRun run : runs) {
      Invariant.thatHex(run.addr() >= end, "runs must ascend without overlap", run.addr());
      end = run.end();
    }
  }

  /** Address of the first page. */
  public long addr() {
    return runs.get(0).addr();
  }

  /** First address behind the last page. */
  public long end() {
    return runs.get(runs.size() - 1).end();
  }

  /** Number of pages of all runs. */
  public long nrPages() {
    return runs.stream().mapToLong(ParentRun::nrPages).sum();
  }

  @Override
  public ObjectType type() {
    return ObjectType.PARENT_PAGES;
  }

  @Override
  public List<ObjectReference> references() {
    return List.of(PageArray.ownedBy(owner));
  }

  /**
   * Pages that follow one another.
   *
   * @param addr of the first byte; page-aligned, below 2^47; in a {@link MemoryObject} an offset
   * @param nrPages number of pages, 1 to 2^31
   */
  public record ParentRun(long addr, long nrPages) {
    /** Checks alignment and bounds. */
    public ParentRun {
      PageRun.check(addr, nrPages);
    }

    /** First address behind it. */
    public long end() {
      return addr + nrPages * Limits.PAGE_SIZE;
    }
  }

  private static final class Codec implements RecordCodec<ParentPages> {
    @Override
    public void write(ParentPages value, RecordOutput out) {
      out.u64(value.owner()).u32(value.parentOwner());
      out.count(value.runs().size(), Limits.MAX_PARENT_RUNS);
      for (ParentRun run : value.runs()) {
        out.u64(run.addr()).u32((int) run.nrPages());
      }
    }

    @Override
    public ParentPages read(RecordInput in) throws CorruptImageException {
      int owner = in.objref64();
      int parentOwner = in.u32();
      int nr = in.count(Limits.MAX_PARENT_RUNS, RUN_BYTES);
      List<ParentRun> runs = new ArrayList<>(nr);
      for (int i = 0; i < nr; i++) {
        runs.add(new ParentRun(in.u64(), Integer.toUnsignedLong(in.u32())));
      }
      return new ParentPages(owner, parentOwner, runs);
    }
  }
}
