package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * The process itself: its place among the others and what all its threads share and no other object
 * holds. The grammar has the objects that belong to it.
 *
 * <p>Layout:
 *
 * <pre>
 *         offset  size  type   field              unit, constraint
 *              0     4  u32    pid                above 0
 *              4     4  u32    ppid               0: none that it can see
 *              8     4  u32    pgid
 *             12     4  u32    sid
 *             16  4+n1  bytes  comm               at most 16: of the first thread, without NUL
 *          20+n1     4  u32    personality        as personality(2)
 *          24+n1     4  u32    umask              0 to 0777
 *          28+n1     4  u32    exitSignal         0 to 64; 0: none
 *          32+n1     4  i32    oomScoreAdj        -1000 to 1000
 *          36+n1     8  u64    startTimeTicks     field 22 of /proc/PID/stat
 *          44+n1  4+n2  bytes  cgroup             at most 64 KiB: /proc/PID/cgroup
 *       48+n1+n2  4+n3  bytes  cwd                at most 4096: path, or a GHOST_FOLDER's
 *    52+n1+n2+n3  4+n4  bytes  root               at most 4096: path
 * 56+n1+n2+n3+n4     4  u32    dumpable           0, 1 or 2, as PR_GET_DUMPABLE
 * 60+n1+n2+n3+n4     4  u32    flags              bits, see below
 * 64+n1+n2+n3+n4     4  u32    ttyForegroundPgrp  0: none
 * 68+n1+n2+n3+n4     4  u32    ttyNr              field 7 of /proc/PID/stat; 0: no terminal
 * 72+n1+n2+n3+n4     4  u32    membarrier         registrations, as membarrier(2) tells them
 * 76+n1+n2+n3+n4     4  i32    autogroupNice      -20 to 19; 0 unless it leads its session
 * 80+n1+n2+n3+n4     4  u32    stopSignal         19 to 22: stopped by it; 0: runs
 * </pre>
 */
public record Task(
    int pid,
    int ppid,
    int pgid,
    int sid,
    ByteString comm,
    int personality,
    int umask,
    int exitSignal,
    int oomScoreAdj,
    long startTimeTicks,
    ByteString cgroup,
    ByteString cwd,
    ByteString root,
    int dumpable,
    int flags,
    int ttyForegroundPgrp,
    int ttyNr,
    int membarrier,
    int autogroupNice,
    int stopSignal)
    implements ImageRecord {
  /** Bit of {@code flags}: it leads its session. */
  public static final int SESSION_LEADER = 1;

  /** Bit of {@code flags}: it leads its process group. */
  public static final int GROUP_LEADER = 1 << 1;

  /** Bit of {@code flags}: PR_SET_CHILD_SUBREAPER. */
  public static final int CHILD_SUBREAPER = 1 << 2;

  /** Bit of {@code flags}: PR_SET_THP_DISABLE. */
  public static final int THP_DISABLED = 1 << 3;

  /** Bit of {@code flags}: with THP_DISABLED, but where the task advised huge pages. */
  public static final int THP_EXCEPT_ADVISED = 1 << 4;

  /** Bit of {@code flags}: PR_MDWE_REFUSE_EXEC_GAIN. */
  public static final int MDWE_REFUSE_EXEC_GAIN = 1 << 5;

  /** Bit of {@code flags}: with it, PR_MDWE_NO_INHERIT. */
  public static final int MDWE_NO_INHERIT = 1 << 6;

  /** Bit of {@code flags}: PR_SET_MEMORY_MERGE. */
  public static final int MEMORY_MERGE = 1 << 7;

  private static final int FLAGS =
      SESSION_LEADER
          | GROUP_LEADER
          | CHILD_SUBREAPER
          | THP_DISABLED
          | THP_EXCEPT_ADVISED
          | MDWE_REFUSE_EXEC_GAIN
          | MDWE_NO_INHERIT
          | MEMORY_MERGE;

  private static final int SIGSTOP = 19;
  private static final int SIGTTOU = 22;

  /** Writes and reads the payload. */
  public static final RecordCodec<Task> CODEC = new Codec();

  /** Checks what the layout demands. */
  public Task {
    Invariant.positive(pid, "pid");
    Invariant.atMost(comm, Limits.MAX_COMM_BYTES, "comm");
    Invariant.range(umask, 0, 0777, "umask");
    Invariant.range(exitSignal, 0, 64, "exitSignal");
    Invariant.range(oomScoreAdj, -1000, 1000, "oomScoreAdj");
    Invariant.range(dumpable, 0, 2, "dumpable");
    Invariant.bits(flags, FLAGS, "flags");
    Invariant.range(autogroupNice, -20, 19, "autogroupNice");
    Invariant.that(
        stopSignal == 0 || stopSignal >= SIGSTOP && stopSignal <= SIGTTOU,
        "stopSignal must be one that stops",
        stopSignal);
    Invariant.atMost(cgroup, Limits.MAX_CGROUP_BYTES, "cgroup");
    Invariant.atMost(cwd, Limits.MAX_PATH_BYTES, "cwd");
    Invariant.atMost(root, Limits.MAX_PATH_BYTES, "root");
  }

  @Override
  public ObjectType type() {
    return ObjectType.TASK;
  }

  private static final class Codec implements RecordCodec<Task> {
    @Override
    public void write(Task value, RecordOutput out) {
      out.u32(value.pid())
          .u32(value.ppid())
          .u32(value.pgid())
          .u32(value.sid())
          .bytes(value.comm(), Limits.MAX_COMM_BYTES)
          .u32(value.personality())
          .u32(value.umask())
          .u32(value.exitSignal())
          .u32(value.oomScoreAdj())
          .u64(value.startTimeTicks())
          .bytes(value.cgroup(), Limits.MAX_CGROUP_BYTES)
          .bytes(value.cwd(), Limits.MAX_PATH_BYTES)
          .bytes(value.root(), Limits.MAX_PATH_BYTES)
          .u32(value.dumpable())
          .u32(value.flags())
          .u32(value.ttyForegroundPgrp())
          .u32(value.ttyNr())
          .u32(value.membarrier())
          .u32(value.autogroupNice())
          .u32(value.stopSignal());
    }

    @Override
    public Task read(RecordInput in) throws CorruptImageException {
      return new Task(
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.bytes(Limits.MAX_COMM_BYTES),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u64(),
          in.bytes(Limits.MAX_CGROUP_BYTES),
          in.bytes(Limits.MAX_PATH_BYTES),
          in.bytes(Limits.MAX_PATH_BYTES),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32());
    }
  }
}
