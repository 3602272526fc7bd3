package dev.ckpt.rstr;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.core.tracee.RemoteMap;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaGuard;
import java.util.List;

/** Rebuilds mm and vmas in the new task, whose own address space was emptied before. */
final class AddressSpace {
  static final int MAP_FIXED_NOREPLACE = 0x100000;
  static final int PROT_WRITE = 2;

  private static final int PR_SET_MM = 35;
  private static final int PR_SET_MM_MAP = 14;
  private static final int PR_SET_VMA = 0x53564d41;
  private static final int PR_SET_VMA_ANON_NAME = 0;
  private static final int MADV_DONTNEED = 4;
  private static final int MADV_MERGEABLE = 12;
  private static final int MADV_UNMERGEABLE = 13;
  private static final int MADV_POPULATE_WRITE = 23;
  private static final int MADV_GUARD_INSTALL = 102;
  private static final int MM_MAP_BYTES = 104;
  private static final ByteString ANON_NAME = ByteString.of("[anon:");
  private static final ByteString NAME_END = ByteString.of("]");
  private static final ByteString SHARED_ANON_NAME = ByteString.of("[anon_shmem:");

  private final RstrContext context;
  private final BatchRunner run;
  private final MemoryObjects objects;
  private final Mempolicies policies;
  private final boolean merge;

  AddressSpace(RstrContext context, BatchRunner run, MemoryObjects objects) throws CkptException {
    this.context = context;
    this.run = run;
    this.objects = objects;
    this.policies = new Mempolicies(context, run);
    this.merge = TaskStruct.mergesMemory(context);
  }

  /** Takes away everything that is mapped but our own code and area. */
  void empty() throws CkptException {
    RemoteMap code = context.code();
    long end = context.area().end();
    run.call("munmap", SyscallNumbers.MUNMAP, 0, code.address());
    run.call("munmap", SyscallNumbers.MUNMAP, end, Layout.TASK_SIZE - end);
    run.flush();
  }

  /** Maps the kernel's own pages and every vma whose content may be filled in. */
  void map() throws CkptException {
    context.vdso().map(context, run);
    objects.create();
    SysvAttachments attachments = new SysvAttachments(context, run);
    for (Vma vma : vmas()) {
      switch (vma.kind()) {
        case ANON_PRIVATE:
        case STACK:
          mapAnonymous(vma);
          break;
        case FILE_PRIVATE:
        case FILE_SHARED:
        case ANON_SHARED:
          if (objects.isSegment(vma.backing())) {
            attachments.add(vma);
          } else if (!objects.mapsLater(vma)) {
            mapBacked(vma);
          }
          break;
        default:
          break;
      }
    }
    for (Vma vma : attachments.map()) {
      advise(vma);
    }
    run.flush();
  }

  private List<Vma> vmas() {
    return context.state().all(Vma.class);
  }

  /** Maps what could not be mapped before its object had its content and its seals. */
  void mapLate() throws CkptException {
    for (Vma vma : vmas()) {
      if (objects.mapsLater(vma)) {
        mapBacked(vma);
      }
    }
    run.flush();
  }

  private void mapAnonymous(Vma vma) throws CkptException {
    run.call(
        "mmap",
        SyscallNumbers.MMAP,
        vma.start(),
        vma.lenBytes(),
        protWhileFilling(vma),
        vma.mapFlags() | MAP_FIXED_NOREPLACE,
        -1,
        0);
    touchIfWritableOnce(vma);
    advise(vma);
  }

  private void mapBacked(Vma vma) throws CkptException {
    if (!objects.isObject(vma.backing())) {
      FileRef file = context.state().get(vma.backing(), FileRef.class);
      mapOpened(vma, file.path());
    } else if (!vma.has(VmFlag.SH)) {
      // NB: a mapping keeps what it is made of open. Where nothing is written through it, that is
      // open for reading only: else a program file could not be told of (PR_SET_MM_MAP).
      mapOpened(vma, objects.pathOf(vma.backing()));
    } else {
      mapFd(run.room(1, 0), vma, objects.fdOf(vma.backing()));
    }
    touchIfWritableOnce(vma);
    advise(vma);
  }

  /**
   * Maps what has to be opened for it. NB: a shared mapping has the flag sh (VM_SHARED) only if its
   * file was open for writing; without, it may never be made writable (do_mmap() in mm/mmap.c).
   */
  private void mapOpened(Vma vma, ByteString path) throws CkptException {
    if (!vma.has(VmFlag.SH)) {
      mapOpened(vma, path, Fcntl.O_RDONLY);
      return;
    }
    FilePlace place = FilePlace.hold(context, run, path);
    mapOpened(vma, place.path(), Fcntl.O_RDWR);
    place.release();
  }

  private void mapOpened(Vma vma, ByteString path, int flags) throws CkptException {
    Batch batch = run.room(3, path.length() + 1);
    Batch.Result fd =
        batch.call(
            "open " + path,
            SyscallNumbers.OPEN,
            batch.string(path.toByteArray()),
            flags | Fcntl.O_CLOEXEC);
    mapFd(batch, vma, fd);
    batch.call("close", SyscallNumbers.CLOSE, fd);
  }

  private static void mapFd(Batch batch, Vma vma, Object fd) {
    batch.call(
        "mmap",
        SyscallNumbers.MMAP,
        vma.start(),
        vma.lenBytes(),
        protWhileFilling(vma),
        vma.mapFlags() | MAP_FIXED_NOREPLACE,
        fd,
        vma.pgoffBytes());
  }

  /**
   * Memory that counts as committed was writable once: mapped so it gets that mark again, and can
   * be filled fast. What was never writable must not get it. Huge TLB pages never count, and can
   * only be filled while they are writable (Linux has no FOLL_FORCE for them).
   */
  static int protWhileFilling(Vma vma) {
    boolean writable = vma.has(VmFlag.AC) || vma.has(VmFlag.HT);
    return !vma.isShared() && writable ? vma.prot() | PROT_WRITE : vma.prot();
  }

  /**
   * Has the kernel keep the mark of what was writable once when that ends. NB: mprotect(2) takes it
   * from a mapping that holds no page of its own and never held one (Linux 6.12, mprotect_fixup()
   * in mm/mprotect.c). So it holds one for a moment. Behind the end of a cut file there can be
   * none; that mapping loses its mark.
   */
  private void touchIfWritableOnce(Vma vma) throws CkptException {
    if (vma.has(VmFlag.AC) && protWhileFilling(vma) != vma.prot()) {
      Batch batch = run.room(2, 0);
      batch.tryCall(
          "madvise(MADV_POPULATE_WRITE)",
          SyscallNumbers.MADVISE,
          vma.start(),
          Limits.PAGE_SIZE,
          MADV_POPULATE_WRITE);
      // All of it, as that page may have come as a huge one.
      batch.call(
          "madvise(MADV_DONTNEED)",
          SyscallNumbers.MADVISE,
          vma.start(),
          vma.lenBytes(),
          MADV_DONTNEED);
    }
  }

  /** Gives anonymous memory, private or shared, the name that it had (PR_SET_VMA). */
  private void name(Vma vma) throws CkptException {
    ByteString head = vma.isShared() ? SHARED_ANON_NAME : ANON_NAME;
    if (vma.name().startsWith(head) && vma.name().endsWith(NAME_END)) {
      byte[] label = vma.name().substring(head.length(), vma.name().length() - 1).toByteArray();
      Batch batch = run.room(1, label.length + 1);
      Batch.Data text = batch.string(label);
      batch.call(
          "prctl",
          SyscallNumbers.PRCTL,
          PR_SET_VMA,
          PR_SET_VMA_ANON_NAME,
          vma.start(),
          vma.lenBytes(),
          text);
    }
  }

  private void advise(Vma vma) throws CkptException {
    name(vma);
    policies.restore(vma);
    adviseIf(vma, VmFlag.RR, 1);
    adviseIf(vma, VmFlag.SR, 2);
    adviseIf(vma, VmFlag.DC, 10);
    adviseIf(vma, VmFlag.MG, MADV_MERGEABLE);
    if (merge && !vma.has(VmFlag.MG)) {
      // What could be merged has the flag from its birth.
      run.call("madvise", SyscallNumbers.MADVISE, vma.start(), vma.lenBytes(), MADV_UNMERGEABLE);
    }
    adviseIf(vma, VmFlag.HG, 14);
    adviseIf(vma, VmFlag.NH, 15);
    adviseIf(vma, VmFlag.DD, 16);
    adviseIf(vma, VmFlag.WF, 18);
  }

  private void adviseIf(Vma vma, VmFlag flag, int advice) throws CkptException {
    if (vma.has(flag)) {
      run.call("madvise", SyscallNumbers.MADVISE, vma.start(), vma.lenBytes(), advice);
    }
  }

  /** Gives every vma its own protection, and the mm its fields. */
  void finish() throws CkptException {
    for (VmaGuard guard : context.state().all(VmaGuard.class)) {
      run.call(
          "madvise(MADV_GUARD_INSTALL)",
          SyscallNumbers.MADVISE,
          guard.start(),
          guard.lenBytes(),
          MADV_GUARD_INSTALL);
    }
    for (Vma vma : vmas()) {
      if (!vma.kind().isKernels() && protWhileFilling(vma) != vma.prot()) {
        run.call("mprotect", SyscallNumbers.MPROTECT, vma.start(), vma.lenBytes(), vma.prot());
      }
    }
    run.flush();
    setMm();
  }

  /** Seals what was sealed (mseal(2)); nothing of it can be changed any more. */
  void seal() throws CkptException {
    for (Vma vma : vmas()) {
      if (!vma.kind().isKernels() && vma.has(VmFlag.SL)) {
        run.call("mseal", SyscallNumbers.MSEAL, vma.start(), vma.lenBytes(), 0);
      }
    }
    run.flush();
  }

  private ByteString programFile(Mm mm) throws CkptException {
    if (!objects.isObject(mm.exeFile())) {
      return context.state().get(mm.exeFile(), FileRef.class).path();
    }
    objects.closeForWriting(mm.exeFile());
    return objects.pathOf(mm.exeFile());
  }

  private void setMm() throws CkptException {
    Mm mm = context.state().only(Mm.class);
    ByteString exe = programFile(mm);
    byte[] path = exe.toByteArray();
    byte[] auxv = mm.auxv().toByteArray();
    Batch batch = run.room(5, MM_MAP_BYTES + auxv.length + path.length + 32);
    Batch.Result fd =
        batch.call(
            "open " + exe,
            SyscallNumbers.OPEN,
            batch.string(path),
            Fcntl.O_RDONLY | Fcntl.O_CLOEXEC);
    Batch.Data auxvData = batch.data(auxv);
    Batch.Data map = batch.space(MM_MAP_BYTES);
    long[] fields = {
      mm.startCode(), mm.endCode(), mm.startData(), mm.endData(), mm.startBrk(), mm.brk(),
      mm.startStack(), mm.argStart(), mm.argEnd(), mm.envStart(), mm.envEnd(), auxvData.address()
    };
    for (int i = 0; i < fields.length; i++) {
      batch.putLong(map, i * Long.BYTES, fields[i]);
    }
    int sizes = fields.length * Long.BYTES;
    batch.putInt(map, sizes, auxv.length);
    // exe_fd is a field of the structure, so its number has to be known before the batch runs.
    batch.putInt(map, sizes + Integer.BYTES, context.fds().scratch());
    batch.call("dup3", SyscallNumbers.DUP3, fd, context.fds().scratch(), Fcntl.O_CLOEXEC);
    batch.call(
        "prctl(PR_SET_MM_MAP)",
        SyscallNumbers.PRCTL,
        PR_SET_MM,
        PR_SET_MM_MAP,
        map,
        MM_MAP_BYTES,
        0);
    batch.call("close", SyscallNumbers.CLOSE, fd);
    batch.call("close", SyscallNumbers.CLOSE, context.fds().scratch());
    run.flush();
  }
}
