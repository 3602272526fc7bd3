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
 * The credentials of one thread; threads of one task may differ in them.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type  field           unit, constraint
 *      0     4  u32   tid             above 0
 *      4     4  u32   uid
 *      8     4  u32   euid
 *     12     4  u32   suid
 *     16     4  u32   fsuid
 *     20     4  u32   gid
 *     24     4  u32   egid
 *     28     4  u32   sgid
 *     32     4  u32   fsgid
 *     36  4+n1  list  groups          at most 65536: u32 each, supplementary groups
 *  40+n1     8  u64   capInheritable  capability bits
 *  48+n1     8  u64   capPermitted    capability bits
 *  56+n1     8  u64   capEffective    capability bits
 *  64+n1     8  u64   capBounding     capability bits
 *  72+n1     8  u64   capAmbient      capability bits
 *  80+n1     4  u32   securebits      as PR_GET_SECUREBITS
 *  84+n1     4  u32   noNewPrivs      0 or 1
 * </pre>
 */
public record Cred(
    int tid,
    int uid,
    int euid,
    int suid,
    int fsuid,
    int gid,
    int egid,
    int sgid,
    int fsgid,
    List<Integer> groups,
    long capInheritable,
    long capPermitted,
    long capEffective,
    long capBounding,
    long capAmbient,
    int securebits,
    boolean noNewPrivs)
    implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<Cred> CODEC = new Codec();

  /** Checks what the layout demands. */
  public Cred {
    groups = List.copyOf(groups);
    Invariant.range(groups.size(), 0, Limits.MAX_GROUPS, "number of groups");
    Invariant.positive(tid, "tid");
  }

  @Override
  public ObjectType type() {
    return ObjectType.CRED;
  }

  private static final class Codec implements RecordCodec<Cred> {
    @Override
    public void write(Cred value, RecordOutput out) {
      out.u32(value.tid())
          .u32(value.uid())
          .u32(value.euid())
          .u32(value.suid())
          .u32(value.fsuid())
          .u32(value.gid())
          .u32(value.egid())
          .u32(value.sgid())
          .u32(value.fsgid())
          .count(value.groups().size(), Limits.MAX_GROUPS);
      for (int e : value.groups()) {
        out.u32(e);
      }
      out.u64(value.capInheritable())
          .u64(value.capPermitted())
          .u64(value.capEffective())
          .u64(value.capBounding())
          .u64(value.capAmbient())
          .u32(value.securebits())
          .bool32(value.noNewPrivs());
    }

    @Override
    public Cred read(RecordInput in) throws CorruptImageException {
      return new Cred(
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          readGroups(in),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u32(),
          in.bool32());
    }

    private List<Integer> readGroups(RecordInput in) throws CorruptImageException {
      int nr = in.count(Limits.MAX_GROUPS, 4);
      List<Integer> groups = new ArrayList<>(nr);
      for (int i = 0; i < nr; i++) {
        groups.add(in.u32());
      }
      return groups;
    }
  }
}
