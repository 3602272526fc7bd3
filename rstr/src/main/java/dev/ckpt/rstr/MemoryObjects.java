package dev.ckpt.rstr;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.core.tracee.RemoteMap;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.GhostFile;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.MemoryObject;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.ShmemKind;
import dev.ckpt.format.record.SysvShm;
import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.Vma;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Rebuilds shared memory, files without a name, and embedded files that are gone, as objects: each
 * is made once and kept open under a high descriptor number until everything that maps it or refers
 * to it is there.
 */
public final class MemoryObjects {
  private static final int MAP_SHARED = 1;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int PROT_READ_WRITE = 3;
  private static final int MFD_ALLOW_SEALING = 2;
  private static final int F_SEAL_WRITE = 0x8;
  private static final int F_SEAL_FUTURE_WRITE = 0x10;

  private final RstrContext context;
  private final BatchRunner run;
  private final SysvSegments segments;
  private final EmbeddedFiles embedded;
  private final Map<Integer, Integer> fds = new HashMap<>();

  /** Of huge TLB pages, which no write(2) fills: mapped until their content is there. */
  private final Map<Integer, RemoteMap> views = new HashMap<>();

  MemoryObjects(RstrContext context, BatchRunner run) {
    this.context = context;
    this.run = run;
    this.segments = new SysvSegments(context, run);
    this.embedded = new EmbeddedFiles(context, run);
  }

  /** Makes every object, empty, of its full size. */
  void create() throws CkptException {
    for (Map.Entry<Integer, MemoryObject> entry :
        context.state().shared(MemoryObject.class).entrySet()) {
      int number = context.fds().take();
      fds.put(entry.getKey(), number);
      if (entry.getValue() instanceof GhostFile ghost) {
        GhostFiles.create(ghost, run, number);
      } else if (entry.getValue() instanceof SysvShm segment) {
        segments.create(segment, number);
      } else if (entry.getValue() instanceof Shmem shmem && shmem.kind() == ShmemKind.MEMFD) {
        createMemfd(entry.getKey(), shmem, number);
      } else if (entry.getValue() instanceof Shmem shmem) {
        createAnonymous(entry.getKey(), shmem, number);
      }
    }
    for (Map.Entry<Integer, FileRef> entry : context.state().shared(FileRef.class).entrySet()) {
      if (EmbeddedFiles.isGone(entry.getValue())) {
        int number = context.fds().take();
        fds.put(entry.getKey(), number);
        embedded.create(entry.getKey(), entry.getValue(), number);
      }
    }
    run.flush();
  }

  private void createMemfd(int objref, Shmem object, int number) throws CkptException {
    byte[] name = object.name().toByteArray();
    Batch batch = run.room(6, name.length + 1);
    Batch.Result fd =
        batch.call(
            "memfd_create",
            SyscallNumbers.MEMFD_CREATE,
            batch.string(name),
            MFD_ALLOW_SEALING | object.memfdFlags());
    batch.call("ftruncate", SyscallNumbers.FTRUNCATE, fd, object.size());
    batch.call("fchmod", SyscallNumbers.FCHMOD, fd, object.mode());
    if (object.hugePageBytes() != 0 && object.size() != 0) {
      RemoteMap view = context.layout().take(object.size(), object.hugePageBytes());
      views.put(objref, view);
      mapView(batch, view, MAP_SHARED | HugePages.viewFlags(object), fd);
    }
    moveTo(batch, fd, number);
  }

  private static void mapView(Batch batch, RemoteMap view, int flags, Object fd) {
    batch.call(
        "mmap",
        SyscallNumbers.MMAP,
        view.address(),
        view.lenBytes(),
        PROT_READ_WRITE,
        flags | AddressSpace.MAP_FIXED_NOREPLACE,
        fd,
        0);
  }

  private void createAnonymous(int objref, Shmem object, int number) throws CkptException {
    boolean huge = object.hugePageBytes() != 0;
    RemoteMap view =
        huge
            ? context.layout().take(object.size(), object.hugePageBytes())
            : context.layout().take(object.size());
    byte[] link =
        String.format("/proc/self/map_files/%x-%x", view.address(), view.end())
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    Batch batch = run.room(5, link.length + 1);
    int flags = huge ? HugePages.viewFlags(object) : 0;
    mapView(batch, view, MAP_SHARED | MAP_ANONYMOUS | flags, -1);
    Batch.Result fd =
        batch.call("open map_files", SyscallNumbers.OPEN, batch.string(link), Fcntl.O_RDWR);
    moveTo(batch, fd, number);
    if (huge) {
      views.put(objref, view);
    } else {
      batch.call("munmap", SyscallNumbers.MUNMAP, view.address(), view.lenBytes());
    }
  }

  private static void moveTo(Batch batch, Batch.Result fd, int number) {
    batch.call("dup3", SyscallNumbers.DUP3, fd, number, Fcntl.O_CLOEXEC);
    batch.call("close", SyscallNumbers.CLOSE, fd);
  }

  /** Whether a reference is to a memory object, or to an embedded file that is made again. */
  boolean isObject(int objref) {
    return fds.containsKey(objref);
  }

  /** The descriptor that an object is open under in the new task. */
  public int fdOf(int objref) {
    return fds.get(objref);
  }

  /** Whether an object is a System V segment, which is mapped by shmat(2) alone. */
  boolean isSegment(int objref) {
    return context.state().find(objref).filter(SysvShm.class::isInstance).isPresent();
  }

  /** Whether an object has another content than the image has for it, and keeps that. */
  boolean isKept(int objref) throws CkptException {
    if (isSegment(objref)) {
      return segments.isKept(context.state().get(objref, SysvShm.class));
    }
    return isFile(objref) && !embedded.isMade(objref);
  }

  /** Whether an object is a file that has a name. */
  private boolean isFile(int objref) {
    return context.state().find(objref).filter(FileRef.class::isInstance).isPresent();
  }

  /** Where an object is mapped to be filled, if it can be filled in no other way. */
  Optional<RemoteMap> view(int objref) {
    return Optional.ofNullable(views.get(objref));
  }

  /** A path that opens an object anew. */
  ByteString pathOf(int objref) {
    return ByteString.of("/proc/self/fd/" + fdOf(objref));
  }

  /** Size of an object in bytes, which need not be whole pages. */
  long sizeOf(int objref) throws CkptException {
    return isFile(objref)
        ? context.state().get(objref, FileRef.class).size()
        : context.state().get(objref, MemoryObject.class).size();
  }

  /** An object of the new task's as a descriptor of ours, to fill it. */
  @MustBeClosed
  dev.ckpt.core.kernel.Fd open(int objref) throws CkptException {
    return Tasks.pidfdGetfd(context.pidfd(), fdOf(objref));
  }

  /** Whether a vma was made under the seals of its object, and so has to be made under them. */
  boolean mapsLater(Vma vma) throws CkptException {
    if (!vma.isShared() || !isObject(vma.backing())) {
      return false;
    }
    int seals = seals(vma.backing());
    // What was mapped before F_SEAL_FUTURE_WRITE may still be made writable, what came after may
    // not.
    boolean future = (seals & F_SEAL_FUTURE_WRITE) != 0 && !vma.has(VmFlag.MW);
    return future || (seals & F_SEAL_WRITE) != 0;
  }

  private int seals(int objref) throws CkptException {
    ImageRecord object = context.state().get(objref, ImageRecord.class);
    return object instanceof Shmem shmem && shmem.kind() == ShmemKind.MEMFD ? shmem.seals() : 0;
  }

  /** Sets what filling has changed, when the contents are there, and the names of files. */
  void finishFiles() throws CkptException {
    for (RemoteMap view : views.values()) {
      run.call("munmap", SyscallNumbers.MUNMAP, view.address(), view.lenBytes());
    }
    for (Map.Entry<Integer, GhostFile> entry : context.state().shared(GhostFile.class).entrySet()) {
      GhostFiles.restoreTime(entry.getValue().mtimeNanos(), run, fdOf(entry.getKey()));
    }
    run.flush();
    for (Map.Entry<Integer, FileRef> entry : context.state().shared(FileRef.class).entrySet()) {
      if (embedded.isMade(entry.getKey())) {
        embedded.finish(entry.getKey(), entry.getValue(), fdOf(entry.getKey()));
      }
    }
  }

  /** Gives up our right to write to an object: a program file may not be open for writing. */
  void closeForWriting(int objref) throws CkptException {
    byte[] path = pathOf(objref).toByteArray();
    Batch batch = run.room(3, path.length + 1);
    Batch.Result fd =
        batch.call(
            "open", SyscallNumbers.OPEN, batch.string(path), Fcntl.O_RDONLY | Fcntl.O_CLOEXEC);
    moveTo(batch, fd, fdOf(objref));
    run.flush();
  }

  /** Sets all seals, when the contents are there. */
  void seal() throws CkptException {
    for (Map.Entry<Integer, Integer> entry : fds.entrySet()) {
      int seals = seals(entry.getKey());
      if (seals != 0) {
        run.call(
            "fcntl(F_ADD_SEALS)", SyscallNumbers.FCNTL, entry.getValue(), Fcntl.F_ADD_SEALS, seals);
      }
    }
    run.flush();
  }

  /** Sets what only comes when all is mapped: the end of System V segments. */
  void finish() throws CkptException {
    segments.finish();
  }
}
