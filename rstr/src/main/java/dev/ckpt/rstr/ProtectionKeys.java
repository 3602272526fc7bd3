package dev.ckpt.rstr;

import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.core.tracee.RemoteMap;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.Pkeys;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaPkey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Protection keys: those that were allocated have their numbers again, and the mappings have theirs
 * (pkeys(7)).
 *
 * <p>The kernel gives the lowest key that is free. So all keys are allocated in their order, up to
 * the highest that is needed, before anything is mapped: the kernel takes one by itself for the
 * first memory that may only be executed. Those that nobody had are freed in the end.
 */
final class ProtectionKeys {
  private static final int PROT_EXEC = 4;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;

  private final RstrContext context;
  private final BatchRunner run;
  private final Pkeys allocated;
  private final Map<Vma, Integer> keys = new LinkedHashMap<>();

  /** The kernel's own key for memory that may only be executed; 0: it had none. */
  private final int executeOnly;

  ProtectionKeys(RstrContext context, BatchRunner run) {
    this.context = context;
    this.run = run;
    List<Pkeys> known = context.state().all(Pkeys.class);
    this.allocated = known.isEmpty() ? new Pkeys(0) : known.get(0);
    Map<Long, Integer> byStart = new LinkedHashMap<>();
    context.state().all(VmaPkey.class).forEach(of -> byStart.put(of.start(), of.pkey()));
    for (Vma vma : context.state().all(Vma.class)) {
      if (byStart.containsKey(vma.start())) {
        keys.put(vma, byStart.get(vma.start()));
      }
    }
    this.executeOnly =
        keys.entrySet().stream()
            .filter(of -> of.getKey().prot() == PROT_EXEC && !allocated.has(of.getValue()))
            .mapToInt(Map.Entry::getValue)
            .min()
            .orElse(0);
  }

  private int highest() {
    int known = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(allocated.allocated() | 1);
    return keys.values().stream().mapToInt(pkey -> pkey).reduce(known, Math::max);
  }

  /** Takes every number that is needed, with all rights for the one thread that there is. */
  void allocate() throws CkptException {
    for (int pkey = 1; pkey <= highest(); pkey++) {
      if (pkey == executeOnly) {
        takeExecuteOnly();
      } else {
        Batch batch = run.room(1, 0);
        Batch.Result given = batch.call("pkey_alloc", SyscallNumbers.PKEY_ALLOC, 0, 0);
        run.flush();
        require(pkey, batch.result(given));
      }
    }
  }

  private void takeExecuteOnly() throws CkptException {
    RemoteMap page = context.layout().take(PageRange.PAGE_SIZE);
    run.call(
        "mmap",
        SyscallNumbers.MMAP,
        page.address(),
        page.lenBytes(),
        PROT_EXEC,
        MAP_PRIVATE_ANONYMOUS | AddressSpace.MAP_FIXED_NOREPLACE,
        -1,
        0);
    run.call("munmap", SyscallNumbers.MUNMAP, page.address(), page.lenBytes());
    run.flush();
  }

  private void require(int pkey, long given) throws CkptException {
    if (given != pkey) {
      throw new SyscallException(
          context.leader().toString(),
          "pkey_alloc",
          "gave key " + given + " not " + pkey,
          Errno.ENOSPC);
    }
  }

  /** Gives the mappings their keys; those of the kernel's own have it by their protection. */
  void restore() throws CkptException {
    for (Map.Entry<Vma, Integer> of : keys.entrySet()) {
      Vma vma = of.getKey();
      if (of.getValue() != executeOnly) {
        run.call(
            "pkey_mprotect",
            SyscallNumbers.PKEY_MPROTECT,
            vma.start(),
            vma.lenBytes(),
            vma.prot(),
            of.getValue());
      }
    }
    for (int pkey = 1; pkey <= highest(); pkey++) {
      if (pkey != executeOnly && !allocated.has(pkey)) {
        run.call("pkey_free", SyscallNumbers.PKEY_FREE, pkey);
      }
    }
    run.flush();
  }
}
