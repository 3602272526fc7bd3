package dev.ckpt.core.checkpoint;

import dev.ckpt.core.checkpoint.file.Files;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Seccomp;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.Status;
import dev.ckpt.core.tracee.RemoteCall;
import dev.ckpt.core.tracee.SeccompData;
import dev.ckpt.core.tracee.SeccompGate;
import dev.ckpt.core.tracee.SeccompProgram;
import dev.ckpt.core.tracee.Tracee;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.record.SeccompFilter;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The seccomp filters of the threads.
 *
 * <p>NB: whether two threads share a filter or have each installed the same one, nobody tells.
 * Equal ones behind equal ones count as shared; only SECCOMP_FILTER_FLAG_TSYNC can tell the
 * difference.
 *
 * <p>NB: nor is told whether a filter was installed with SECCOMP_FILTER_FLAG_SPEC_ALLOW. All that
 * it does is to leave the thread's speculation as it is, and that is saved ({@link Speculation}).
 */
final class SeccompFilters {
  private static final int CAP_SYS_ADMIN = 21;
  private static final String WHY = "start it without";

  private final Map<Integer, List<Tracee.SeccompFilter>> filters = new LinkedHashMap<>();
  private final Map<Integer, SeccompGate> gates = new HashMap<>();

  private SeccompFilters() {}

  /** Refuses what /proc shows of a thread. */
  static void refuse(Status thread, String name, Refusals refusals) throws CkptException {
    int mode = thread.seccomp().orElse(Seccomp.MODE_DISABLED);
    refusals.addIf(
        mode == Seccomp.MODE_STRICT,
        RefusalCode.SECCOMP,
        name
            + "runs in the strict mode of seccomp, which allows none of the calls that it would"
            + " have to make for us",
        WHY);
    if (mode != Seccomp.MODE_FILTER) {
      return;
    }
    Status ours = ProcFs.of(Tasks.self()).status();
    refusals.addIf(
        (ours.capEff() >>> CAP_SYS_ADMIN & 1) == 0,
        RefusalCode.SECCOMP,
        name + "has seccomp filters, which root alone may read",
        "run ckpt as root");
    refusals.addIf(
        ours.seccompOn(),
        RefusalCode.SECCOMP,
        name + "has seccomp filters, and ckpt itself runs under some and so may not read them",
        "run ckpt outside of them");
  }

  /**
   * Reads the filters of every thread, and refuses those that cannot be saved.
   *
   * @param pageCalls what the first thread is asked to make when pages are read
   */
  static SeccompFilters survey(CkptContext context, Files files, List<RemoteCall> pageCalls)
      throws CkptException {
    SeccompFilters all = new SeccompFilters();
    Map<List<Object>, SeccompGate> known = new HashMap<>();
    for (Tracee tracee : context.frozen().threads()) {
      int tid = tracee.tid();
      List<Tracee.SeccompFilter> filters = all.read(context, tracee);
      List<SeccompProgram> programs =
          filters.stream().map(filter -> SeccompProgram.of(filter.instructions())).toList();
      context
          .refusals()
          .addIf(
              programs.stream().anyMatch(SeccompFilters::asksSupervisor),
              RefusalCode.SECCOMP,
              "thread " + tid + " has a seccomp filter that asks a supervisor (USER_NOTIF)",
              WHY);
      List<Object> key = List.of(filters, tid == context.pid());
      SeccompGate gate = known.get(key);
      if (gate == null) {
        List<RemoteCall> calls = RemoteQueries.questions(context, tid, files);
        if (tid == context.pid()) {
          calls.addAll(pageCalls);
        }
        gate = SeccompGate.of(programs, calls);
        known.put(key, gate);
      }
      context
          .refusals()
          .addIf(
              !gate.obstacles().isEmpty(),
              RefusalCode.SECCOMP,
              "thread " + tid + " " + gate.reason(),
              SeccompGate.REMEDY);
      all.gates.put(tid, gate);
    }
    return all;
  }

  private List<Tracee.SeccompFilter> read(CkptContext context, Tracee tracee) throws CkptException {
    int tid = tracee.tid();
    Status status = context.proc().status(tid);
    if (status.seccomp().orElse(Seccomp.MODE_DISABLED) != Seccomp.MODE_FILTER) {
      return List.of();
    }
    List<Tracee.SeccompFilter> filters;
    try {
      filters = tracee.seccompFilters();
    } catch (SyscallException e) {
      if (e.errno() != Errno.EACCES) {
        throw e;
      }
      filters = List.of();
    }
    context
        .refusals()
        .addIf(
            filters.size() != status.seccompFilters().orElse(filters.size()) || filters.isEmpty(),
            RefusalCode.SECCOMP,
            "thread " + tid + " has seccomp filters that the kernel does not let us read",
            WHY);
    this.filters.put(tid, filters);
    return filters;
  }

  private static boolean asksSupervisor(SeccompProgram program) {
    return program.answers(SeccompData.anything()).contains(Seccomp.Action.USER_NOTIF);
  }

  /** Which calls may be made in a thread. */
  SeccompGate gate(int tid) {
    return gates.get(tid);
  }

  /** Adds the records: each filter once, and which one is the newest of each thread. */
  void save(CkptContext context) throws CkptException {
    for (Map.Entry<Integer, List<Tracee.SeccompFilter>> thread : filters.entrySet()) {
      int newest = 0;
      for (Tracee.SeccompFilter filter : thread.getValue()) {
        SeccompFilter node = new SeccompFilter(newest, filter.flags(), filter.instructions());
        newest = context.share("seccomp filter", node, () -> node);
      }
      context.add(new dev.ckpt.format.record.Seccomp(thread.getKey(), newest));
    }
  }
}
