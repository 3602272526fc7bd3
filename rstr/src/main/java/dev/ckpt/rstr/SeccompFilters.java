package dev.ckpt.rstr;

import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.Seccomp;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.SeccompFilter;
import dev.ckpt.format.record.TaskThread;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Seccomp filters. They are installed while each thread still has all our rights, and suspended
 * until we let it go: the calls by which we build the task are not for them to judge.
 *
 * <p>Threads share filters that they inherited, and that matters to SECCOMP_FILTER_FLAG_TSYNC. So
 * the threads are made along the tree of filters: whoever has got all that two threads have in
 * common makes the other one.
 *
 * <p>Every filter is installed with SECCOMP_FILTER_FLAG_SPEC_ALLOW: what the thread may speculate
 * about has a record of its own.
 */
final class SeccompFilters {
  private static final int CAP_SYS_ADMIN = 21;
  private static final int SOCK_FPROG_BYTES = 16;

  /**
   * Threads that still have to be made, and the one that has their first filters and makes them.
   */
  private record Branch(int maker, List<Integer> threads, int depth) {}

  private final RstrContext context;
  private final Threads threads;
  private final BatchRunner leaderRun;
  private final Map<Integer, List<Integer>> chains = new HashMap<>();
  private final Deque<Branch> branches = new ArrayDeque<>();

  private SeccompFilters(RstrContext context, BatchRunner leaderRun, Threads threads) {
    this.context = context;
    this.leaderRun = leaderRun;
    this.threads = threads;
  }

  /** Refuses what cannot be had: the task's filters, or freedom from ours. */
  static void check(Checks checks) throws CkptException {
    if (ProcFs.of(Tasks.self()).status().seccompOn()) {
      checks.refuse(
          RefusalCode.SECCOMP,
          "ckpt itself runs under seccomp, and the task would do so too, for good",
          "run ckpt outside of it");
    }
    if (!checks.state().all(dev.ckpt.format.record.Seccomp.class).isEmpty()
        && !Checks.hasCapability(CAP_SYS_ADMIN)) {
      checks.refuse(
          RefusalCode.SECCOMP,
          "the task has seccomp filters, which take CAP_SYS_ADMIN to install and to suspend",
          "run ckpt as root");
    }
  }

  /** Makes all threads but the leader, and gives every thread its filters. */
  static void restore(RstrContext context, BatchRunner run, Threads threads) throws CkptException {
    ImageState state = context.state();
    List<dev.ckpt.format.record.Seccomp> filtered = state.all(dev.ckpt.format.record.Seccomp.class);
    if (filtered.isEmpty()) {
      threads.create(run);
      return;
    }
    SeccompFilters filters = new SeccompFilters(context, run, threads);
    Map<Integer, List<Integer>> known = new HashMap<>();
    for (dev.ckpt.format.record.Seccomp thread : filtered) {
      List<Integer> chain = known.get(thread.filter());
      if (chain == null) {
        chain = chain(state, thread.filter());
        known.put(thread.filter(), chain);
      }
      filters.chains.put(thread.tid(), chain);
    }
    // Threads that it makes are traced with the same options.
    context.leader().setOptions(Restore.TRACE_OPTIONS | Ptrace.O_SUSPEND_SECCOMP);
    filters.grow();
  }

  /** All filters of a thread, the oldest first. */
  private static List<Integer> chain(ImageState state, int newest) throws CkptException {
    List<Integer> chain = new ArrayList<>();
    // NB: it ends, as references lead to earlier objects only.
    for (int filter = newest; filter != 0; filter = state.get(filter, SeccompFilter.class).prev()) {
      chain.add(filter);
    }
    Collections.reverse(chain);
    return chain;
  }

  private void grow() throws CkptException {
    List<Integer> all = new ArrayList<>();
    context.state().all(TaskThread.class).forEach(thread -> all.add(thread.tid()));
    branches.add(new Branch(context.state().task().pid(), all, 0));
    while (!branches.isEmpty()) {
      Branch branch = branches.remove();
      if (branch.maker() == context.state().task().pid()) {
        grow(branch, leaderRun);
      } else {
        try (RemoteSyscalls calls = context.callsOf(threads.get(branch.maker()))) {
          grow(branch, new BatchRunner(calls));
        }
      }
    }
  }

  /** One thread makes others and installs its own filters, in the right order. */
  private void grow(Branch branch, BatchRunner run) throws CkptException {
    List<Integer> together = branch.threads();
    for (int depth = branch.depth(); ; depth++) {
      int own = filterAt(branch.maker(), depth);
      for (Map.Entry<Integer, List<Integer>> part : parts(together, depth).entrySet()) {
        if (part.getKey() == own) {
          together = part.getValue();
        } else if (part.getKey() == 0) {
          for (int tid : part.getValue()) {
            threads.create(run, tid);
          }
        } else {
          int maker = part.getValue().get(0);
          threads.create(run, maker);
          branches.add(new Branch(maker, part.getValue(), depth));
        }
      }
      if (own == 0) {
        for (int tid : together) {
          threads.create(run, tid);
        }
        return;
      }
      install(run, context.state().get(own, SeccompFilter.class));
    }
  }

  /** The threads by their next filter. */
  private Map<Integer, List<Integer>> parts(List<Integer> together, int depth) {
    Map<Integer, List<Integer>> parts = new LinkedHashMap<>();
    for (int tid : together) {
      parts.computeIfAbsent(filterAt(tid, depth), filter -> new ArrayList<>()).add(tid);
    }
    return parts;
  }

  /** A filter of a thread by its age, 0 when it has no more. */
  private int filterAt(int tid, int depth) {
    List<Integer> chain = chains.getOrDefault(tid, List.of());
    return depth < chain.size() ? chain.get(depth) : 0;
  }

  private static void install(BatchRunner run, SeccompFilter filter) throws CkptException {
    byte[] instructions = filter.instructions().toByteArray();
    Batch batch = run.room(1, SOCK_FPROG_BYTES + instructions.length);
    Batch.Data program = batch.space(SOCK_FPROG_BYTES);
    batch.putInt(program, 0, instructions.length / SeccompFilter.INSTRUCTION_BYTES);
    batch.putLong(program, Long.BYTES, batch.data(instructions).address());
    batch.call(
        "seccomp",
        SyscallNumbers.SECCOMP,
        Seccomp.SET_MODE_FILTER,
        filter.flags() | Seccomp.FILTER_FLAG_SPEC_ALLOW,
        program);
    run.flush();
  }
}
