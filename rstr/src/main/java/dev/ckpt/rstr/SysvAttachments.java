package dev.ckpt.rstr;

import dev.ckpt.core.kernel.SysvIpc;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.core.tracee.RemoteMap;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.SysvShm;
import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.Vma;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Attaches segments of System V shared memory where they were. shmdt(2) takes away all that one
 * shmat(2) has mapped and that is left of it, so mappings that came from one come from one again: a
 * whole segment is attached elsewhere, and what the task had of it is moved to its place.
 */
final class SysvAttachments {
  private static final int MREMAP_MAYMOVE_FIXED = 3;
  private static final int PROT_READ = 1;
  private static final int PROT_READ_WRITE = 3;

  /** What one shmat(2) made: a segment, and the address where its first byte was or would be. */
  private record Attachment(int objref, long base, boolean writable) {}

  private final RstrContext context;
  private final BatchRunner run;
  private final Map<Attachment, List<Vma>> attachments = new LinkedHashMap<>();

  SysvAttachments(RstrContext context, BatchRunner run) {
    this.context = context;
    this.run = run;
  }

  /** Takes a mapping, to be made with the others of its attachment. */
  void add(Vma vma) {
    Attachment attachment =
        new Attachment(vma.backing(), vma.start() - vma.pgoffBytes(), vma.has(VmFlag.MW));
    attachments.computeIfAbsent(attachment, key -> new ArrayList<>()).add(vma);
  }

  /** Makes all of them; the mappings that were added. */
  List<Vma> map() throws CkptException {
    Map<Integer, RemoteMap> views = new LinkedHashMap<>();
    for (Map.Entry<Attachment, List<Vma>> entry : attachments.entrySet()) {
      int objref = entry.getKey().objref();
      SysvShm segment = context.state().get(objref, SysvShm.class);
      if (!views.containsKey(objref)) {
        views.put(objref, context.layout().take(segment.size()));
      }
      map(segment, views.get(objref), entry.getKey().writable(), entry.getValue());
    }
    return attachments.values().stream().flatMap(List::stream).toList();
  }

  private void map(SysvShm segment, RemoteMap view, boolean writable, List<Vma> vmas)
      throws CkptException {
    int flags = writable ? 0 : SysvIpc.SHM_RDONLY;
    run.call("shmat", SyscallNumbers.SHMAT, segment.id(), view.address(), flags);
    for (Vma vma : vmas) {
      run.call(
          "mremap",
          SyscallNumbers.MREMAP,
          view.address() + vma.pgoffBytes(),
          vma.lenBytes(),
          vma.lenBytes(),
          MREMAP_MAYMOVE_FIXED,
          vma.start());
      if (vma.prot() != (writable ? PROT_READ_WRITE : PROT_READ)) {
        run.call("mprotect", SyscallNumbers.MPROTECT, vma.start(), vma.lenBytes(), vma.prot());
      }
    }
    run.call("munmap", SyscallNumbers.MUNMAP, view.address(), view.lenBytes());
  }
}
