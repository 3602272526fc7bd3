package dev.ckpt.rstr;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.Limits;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.Vma;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Locks mappings in memory again (mlock(2)). It comes when contents and protections are there, so
 * that pages which nobody has are brought in as they were: for reading, or copied where the mapping
 * is private and may be written.
 */
final class LockedMemory {
  private static final int MLOCK_ONFAULT = 1;
  private static final long KB = 1024;

  private LockedMemory() {}

  /** What the task has locked, in bytes. */
  static long lenBytes(ImageState state) {
    return locked(state).stream().mapToLong(Vma::lenBytes).sum();
  }

  private static List<Vma> locked(ImageState state) {
    return state.all(Vma.class).stream().filter(vma -> vma.has(VmFlag.LO)).toList();
  }

  /** Locks every mapping that was, then sees to it that what is mapped later will be. */
  static void restore(RstrContext context, BatchRunner run) throws CkptException {
    // The task may have locked more than its limits allow now.
    TaskStruct.raiseLimit(run, Limits.RLIMIT_MEMLOCK);
    Map<Vma, Integer> results = new LinkedHashMap<>();
    List<Vma> vmas = locked(context.state());
    for (int done = 0; done < vmas.size(); ) {
      done = lockSome(vmas, done, run, results);
    }
    results.forEach((vma, result) -> judge(context, vma, result));
    requireLocked(context);
    int future = context.state().mm().lockFuture();
    if (future != 0) {
      run.call("mlockall", SyscallNumbers.MLOCKALL, future);
      run.flush();
    }
  }

  /** One batch of them, for each call's answer is wanted; the number of those done so far. */
  private static int lockSome(List<Vma> vmas, int from, BatchRunner run, Map<Vma, Integer> results)
      throws CkptException {
    Batch batch = run.room(1, 0);
    List<Batch.Result> answers = new ArrayList<>();
    int next = from;
    while (next < vmas.size() && batch.hasRoom(1, 0)) {
      Vma vma = vmas.get(next++);
      int flags = vma.has(VmFlag.LF) ? MLOCK_ONFAULT : 0;
      answers.add(
          batch.tryCall("mlock2", SyscallNumbers.MLOCK2, vma.start(), vma.lenBytes(), flags));
    }
    run.flush();
    for (int i = 0; i < answers.size(); i++) {
      results.put(vmas.get(from + i), (int) batch.result(answers.get(i)));
    }
    return next;
  }

  /**
   * NB: mlock2(2) marks the mapping, then brings its pages in, and fails where one of them cannot
   * be had: under PROT_NONE, behind the end of a file, in a guard region. So did the task's own
   * call. Whether the mark is there is seen afterwards.
   */
  private static void judge(RstrContext context, Vma vma, int result) {
    if (result != 0 && vma.prot() != 0) {
      context
          .notes()
          .add(
              "locked memory: not all of "
                  + Long.toHexString(vma.start())
                  + "-"
                  + Long.toHexString(vma.end())
                  + " could be brought in ("
                  + Errno.describe(-result)
                  + ")");
    }
  }

  private static void requireLocked(RstrContext context) throws CkptException {
    int pid = context.leader().pid();
    long now = ProcFs.of(pid).status().vmKb().getOrDefault("VmLck", 0L) * KB;
    long wanted = lenBytes(context.state());
    if (now != wanted) {
      throw new SyscallException(
          context.leader().toString(),
          "mlock2",
          now + " bytes are locked, wanted are " + wanted,
          Errno.ENOMEM);
    }
  }
}
