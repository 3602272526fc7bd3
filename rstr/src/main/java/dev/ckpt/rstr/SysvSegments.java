package dev.ckpt.rstr;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.SysvIpc;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.SysvSegment;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.core.tracee.RemoteMap;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.SysvShm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Segments of System V shared memory. One that is still there is attached; one that is not is made
 * anew with its old id (/proc/sys/kernel/shm_next_id) and content.
 *
 * <p>A segment that another process has attached, or had at the dump, keeps the content that it has
 * now: what others wrote is theirs. One that was the task's alone gets the content of the image.
 */
final class SysvSegments {
  private static final Path NEXT_ID = Path.of("/proc/sys/kernel/shm_next_id");
  private static final int FALLOC_FL_PUNCH_HOLE_KEEP_SIZE = 3;
  private static final int PERMISSIONS = 0777;
  private static final String REMEDY = "remove the other one (ipcrm), if nobody needs it";

  private final RstrContext context;
  private final BatchRunner run;
  private final Map<SysvShm, RemoteMap> views = new HashMap<>();
  private final Set<Integer> made = new HashSet<>();
  private final Set<Integer> kept = new HashSet<>();

  SysvSegments(RstrContext context, BatchRunner run) {
    this.context = context;
    this.run = run;
  }

  /** Sees whether each id can be had: by attaching to what is there, or because it is free. */
  static void check(Checks checks) throws CkptException {
    List<SysvSegment> now = ProcFs.sysvShm();
    for (SysvShm segment : checks.state().all(SysvShm.class)) {
      obstacle(segment, now)
          .ifPresent(why -> checks.refuse(RefusalCode.SYSV_SHM_TAKEN, why, REMEDY));
    }
  }

  private static Optional<String> obstacle(SysvShm segment, List<SysvSegment> now) {
    for (SysvSegment other : now) {
      if (other.id() == segment.id() && !isSame(segment, other)) {
        return Optional.of("shared memory " + segment.id() + " is another one");
      }
      if (other.id() != segment.id() && segment.key() != 0 && other.key() == segment.key()) {
        return Optional.of(
            String.format(
                "key 0x%x of shared memory %d belongs to %d",
                segment.key(), segment.id(), other.id()));
      }
    }
    return Optional.empty();
  }

  /** NB: a key is 0 as soon as the segment is marked for removal. */
  private static boolean isSame(SysvShm segment, SysvSegment other) {
    boolean sameKey =
        other.key() == segment.key() || (other.mode() & SysvShm.SHM_DEST) != 0 && other.key() == 0;
    return sameKey
        && other.sizeBytes() == segment.size()
        && other.cuid() == segment.cuid()
        && other.cgid() == segment.cgid()
        && other.ctimeSeconds() == segment.ctimeSeconds();
  }

  /**
   * Finds or makes a segment, and opens it under this number, by a view that stays until the end.
   */
  void create(SysvShm segment, int number) throws CkptException {
    Optional<SysvSegment> there =
        ProcFs.sysvShm().stream().filter(other -> other.id() == segment.id()).findFirst();
    if (there.isEmpty()) {
      make(segment);
    } else if (segment.shared() || there.get().nattch() > 0) {
      kept.add(segment.id());
      context
          .notes()
          .add("shared memory: " + segment.id() + " is not the task's alone; content as it is now");
    }
    open(segment, number);
    if (there.isPresent() && !isKept(segment)) {
      // What the image does not have is zeros.
      run.call(
          "fallocate",
          SyscallNumbers.FALLOCATE,
          number,
          FALLOC_FL_PUNCH_HOLE_KEEP_SIZE,
          0,
          viewBytes(segment));
    }
  }

  /** Whether its content is not that of the image. */
  boolean isKept(SysvShm segment) {
    return kept.contains(segment.id());
  }

  private long viewBytes(SysvShm segment) {
    return views.get(segment).lenBytes();
  }

  private void make(SysvShm segment) throws CkptException {
    run.flush();
    try {
      Files.writeString(NEXT_ID, Integer.toString(segment.id()));
    } catch (IOException e) {
      throw new SyscallException("", "write", NEXT_ID + " (" + e.getMessage() + ")", 1);
    }
    Batch batch = run.room(6, SysvIpc.SHMID_DS_BYTES);
    boolean others =
        segment.cuid() != Tasks.effectiveUser() || segment.cgid() != Tasks.effectiveGroup();
    if (others) {
      // Whoever makes it is its creator for good; the ids change back at once.
      batch.call("setresgid", SyscallNumbers.SETRESGID, -1, segment.cgid(), -1);
      batch.call("setresuid", SyscallNumbers.SETRESUID, -1, segment.cuid(), -1);
    }
    Batch.Result id =
        batch.call(
            "shmget",
            SyscallNumbers.SHMGET,
            segment.key(),
            segment.size(),
            SysvIpc.IPC_CREAT | SysvIpc.IPC_EXCL | segment.mode() & PERMISSIONS);
    if (others) {
      batch.call("setresuid", SyscallNumbers.SETRESUID, -1, Tasks.effectiveUser(), -1);
      batch.call("setresgid", SyscallNumbers.SETRESGID, -1, Tasks.effectiveGroup(), -1);
    }
    run.flush();
    int got = (int) batch.result(id);
    // NB: it lives on without the task, so that the task's end does not take it away.
    context.onFailure(() -> remove(got));
    requireId(segment, got);
    made.add(got);
    setOwner(segment);
  }

  private static void remove(int id) throws SyscallException {
    try {
      SysvIpc.removeShm(id);
    } catch (SyscallException e) {
      // One that was marked for removal again went with the task.
      if (e.errno() != Errno.EINVAL) {
        throw e;
      }
    }
  }

  private static void requireId(SysvShm segment, int got) throws UnsupportedStateException {
    if (got != segment.id()) {
      throw new UnsupportedStateException(
          List.of(
              new Refusal(
                  RefusalCode.SYSV_SHM_TAKEN,
                  "shared memory " + segment.id() + " cannot have its id, but " + got,
                  REMEDY)));
    }
  }

  private void setOwner(SysvShm segment) throws CkptException {
    if (segment.uid() == segment.cuid() && segment.gid() == segment.cgid()) {
      return;
    }
    Batch batch = run.room(1, SysvIpc.SHMID_DS_BYTES);
    Batch.Data set = batch.space(SysvIpc.SHMID_DS_BYTES);
    batch.putInt(set, SysvIpc.PERM_UID, segment.uid());
    batch.putInt(set, SysvIpc.PERM_GID, segment.gid());
    batch.putInt(set, SysvIpc.PERM_MODE, segment.mode() & PERMISSIONS);
    batch.call("shmctl", SyscallNumbers.SHMCTL, segment.id(), SysvIpc.IPC_SET, set);
  }

  private void open(SysvShm segment, int number) throws CkptException {
    RemoteMap view = context.layout().take(segment.size());
    views.put(segment, view);
    byte[] link =
        ByteString.of(String.format("/proc/self/map_files/%x-%x", view.address(), view.end()))
            .toByteArray();
    Batch batch = run.room(4, link.length + 1);
    batch.call("shmat", SyscallNumbers.SHMAT, segment.id(), view.address(), 0);
    Batch.Result fd =
        batch.call("open map_files", SyscallNumbers.OPEN, batch.string(link), Fcntl.O_RDWR);
    batch.call("dup3", SyscallNumbers.DUP3, fd, number, Fcntl.O_CLOEXEC);
    batch.call("close", SyscallNumbers.CLOSE, fd);
  }

  /** Lets go of the views, and gives each new segment what it may only have at the end. */
  void finish() throws CkptException {
    for (Map.Entry<SysvShm, RemoteMap> entry : views.entrySet()) {
      SysvShm segment = entry.getKey();
      if (made.contains(segment.id())) {
        if ((segment.mode() & SysvShm.SHM_LOCKED) != 0) {
          run.call("shmctl", SyscallNumbers.SHMCTL, segment.id(), SysvIpc.SHM_LOCK, 0);
        }
        if ((segment.mode() & SysvShm.SHM_DEST) != 0) {
          run.call("shmctl", SyscallNumbers.SHMCTL, segment.id(), SysvIpc.IPC_RMID, 0);
        }
      }
      run.call("shmdt", SyscallNumbers.SHMDT, entry.getValue().address());
    }
    run.flush();
  }
}
