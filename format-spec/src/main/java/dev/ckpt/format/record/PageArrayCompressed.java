package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.List;

/**
 * A page array whose pages are compressed, all of them together. As in a {@link PageArray} what
 * follows the table is no field of the record. Readers hand out the page array that it stands for.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size   type        field     unit, constraint
 *      0     8   u64 objref  owner     as in a page array
 *      8     4   u32         nrRuns    1 to 4096
 *     12     4   u32         codec     LZ4 1, ZSTD 2
 *     16  16*n               runs      as in a page array, at least one of them DATA
 *
 * behind the runs, up to the end of the payload:
 *                                      the pages of the DATA runs, compressed; fewer bytes than
 *                                      those have
 * </pre>
 */
public record PageArrayCompressed(int owner, PageCodec codec, List<PageRun> runs)
    implements ImageRecord {
  /** Writes and reads the table. */
  public static final RecordCodec<PageArrayCompressed> CODEC = new Codec();

  /** Checks what the layout demands. */
  public PageArrayCompressed {
    Invariant.notNull(codec, "codec");
    runs = List.copyOf(runs);
    int nrDataPages = new PageArray(owner, runs).nrDataPages();
    Invariant.that(nrDataPages > 0, "DATA pages must be at least 1", nrDataPages);
  }

  /** One that stands for a page array. */
  public static PageArrayCompressed of(PageArray array, PageCodec codec) {
    return new PageArrayCompressed(array.owner(), codec, array.runs());
  }

  /** The page array that it stands for. */
  public PageArray table() {
    return new PageArray(owner, runs);
  }

  @Override
  public ObjectType type() {
    return ObjectType.PAGE_ARRAY_COMPRESSED;
  }

  @Override
  public List<ObjectReference> references() {
    return List.of(PageArray.ownedBy(owner));
  }

  private static final class Codec implements RecordCodec<PageArrayCompressed> {
    @Override
    public void write(PageArrayCompressed value, RecordOutput out) {
      out.u64(value.owner()).count(value.runs().size(), Limits.MAX_ARRAY_RUNS);
      out.u32(value.codec().number());
      PageArray.writeRuns(value.runs(), out);
    }

    @Override
    public PageArrayCompressed read(RecordInput in) throws CorruptImageException {
      int owner = in.objref64();
      int nr = in.count(Limits.MAX_ARRAY_RUNS, PageArray.RUN_BYTES);
      PageCodec codec = PageCodec.of(in.u32());
      return new PageArrayCompressed(owner, codec, PageArray.readRuns(in, nr));
    }
  }
}
