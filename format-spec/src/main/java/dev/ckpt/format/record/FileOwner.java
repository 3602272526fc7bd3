package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.List;

/**
 * Whom an open file sends signals to, when it is ready (O_ASYNC) or its lease is broken.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type        field   unit, constraint
 *      0     4  u32 objref  file    an open file description
 *      4     4  u32         kind    F_OWNER_TID 0, F_OWNER_PID 1, F_OWNER_PGRP 2
 *      8     4  u32         pid     0 for none
 *     12     4  u32         signal  as F_GETSIG gives it: 0 is SIGIO without details; at most 64
 *     16     4  u32         async   0 or 1: it has O_ASYNC
 * </pre>
 */
public record FileOwner(int file, int kind, int pid, int signal, boolean async)
    implements ImageRecord {
  /** As {@code kind}: one thread. */
  public static final int F_OWNER_TID = 0;

  /** As {@code kind}: a process. */
  public static final int F_OWNER_PID = 1;

  /** As {@code kind}: a process group. */
  public static final int F_OWNER_PGRP = 2;

  /** Writes and reads the payload. */
  public static final RecordCodec<FileOwner> CODEC = new Codec();

  /** Checks what the layout demands. */
  public FileOwner {
    Invariant.positive(file, "file");
    Invariant.range(kind, F_OWNER_TID, F_OWNER_PGRP, "kind");
    Invariant.notNegative(pid, "pid");
    Invariant.range(signal, 0, Sigactions.NSIG, "signal");
  }

  @Override
  public ObjectType type() {
    return ObjectType.FILE_OWNER;
  }

  @Override
  public List<ObjectReference> references() {
    return List.of(ObjectReference.toOpenFile("file", file));
  }

  private static final class Codec implements RecordCodec<FileOwner> {
    @Override
    public void write(FileOwner value, RecordOutput out) {
      out.u32(value.file())
          .u32(value.kind())
          .u32(value.pid())
          .u32(value.signal())
          .bool32(value.async());
    }

    @Override
    public FileOwner read(RecordInput in) throws CorruptImageException {
      return new FileOwner(in.objref(), in.u32(), in.u32(), in.u32(), in.bool32());
    }
  }
}
