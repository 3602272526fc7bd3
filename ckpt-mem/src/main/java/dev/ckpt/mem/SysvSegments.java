package dev.ckpt.mem;

import dev.ckpt.core.proc.MapsEntry;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.SysvSegment;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.SysvShm;
import java.util.Optional;

/**
 * Segments of System V shared memory. Unlike other memory they live on without the task, and others
 * may have them attached, which is no reason to refuse: a restore attaches what is still there.
 */
final class SysvSegments {
  private static final String NAME = "/SYSV";

  private SysvSegments() {}

  /** Whether a mapping is one of a segment; its inode number is then the segment's id. */
  static boolean isOne(MapsEntry entry) {
    return entry.name().toString().startsWith(NAME);
  }

  /** What our IPC namespace says of a segment. */
  static Optional<SysvSegment> find(int id, long sizeBytes) throws CkptException {
    return ProcFs.sysvShm().stream()
        .filter(segment -> segment.id() == id && segment.sizeBytes() == sizeBytes)
        .findFirst();
  }

  /**
   * Its record.
   *
   * @param nrMappings how many mappings of it are the task's own
   */
  static SysvShm record(SysvSegment segment, int nrMappings) {
    return new SysvShm(
        segment.id(),
        segment.key(),
        segment.mode(),
        segment.uid(),
        segment.gid(),
        segment.cuid(),
        segment.cgid(),
        segment.sizeBytes(),
        segment.ctimeSeconds(),
        segment.nattch() > nrMappings);
  }
}
