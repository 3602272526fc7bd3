package dev.ckpt.core.checkpoint;

import dev.ckpt.core.checkpoint.file.Files;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.kernel.NewerFeature;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.SmapsEntry;
import dev.ckpt.core.proc.Status;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.CodeSite;
import dev.ckpt.core.tracee.RemoteCall;
import dev.ckpt.core.tracee.RemoteMap;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.core.tracee.SeccompGate;
import dev.ckpt.core.tracee.Tracee;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.Mempolicy;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.PosixTimer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks a task what only it can tell: what no file in /proc and no ptrace request shows is read by
 * system calls that its threads make for us, all of one thread in one batch.
 */
final class RemoteQueries {
  /** What one thread told of itself. */
  record ThreadAnswers(
      long altstackSp,
      int altstackFlags,
      long altstackSize,
      long tidAddress,
      int pdeathSignal,
      int securebits,
      long timerSlackNanos,
      int flags,
      List<Mempolicy> mempolicy,
      int speculation) {}

  /** What the process told, through its leader. */
  record ProcessAnswers(
      long[] sigactions,
      long[] itimers,
      long brk,
      int dumpable,
      boolean subreaper,
      int thpDisable,
      int mdwe,
      boolean memoryMerge,
      int membarrier) {}

  /** Words of a kernel sigaction: handler, flags, restorer, mask. */
  static final int SIGACTION_WORDS = 4;

  private static final int SIGACTION_BYTES = SIGACTION_WORDS * Long.BYTES;
  private static final int ITIMERVAL_BYTES = 32;
  private static final int NR_ITIMERS = 3;
  private static final int STACK_T_BYTES = 24;
  private static final int PR_GET_PDEATHSIG = 2;
  private static final int PR_GET_DUMPABLE = 3;
  private static final int PR_GET_TIMERSLACK = 30;
  private static final int PR_GET_SECUREBITS = 27;
  private static final int PR_GET_CHILD_SUBREAPER = 37;
  private static final int PR_GET_TID_ADDRESS = 40;
  private static final int PR_GET_THP_DISABLE = 42;
  private static final int PR_GET_MDWE = 66;
  private static final int PR_GET_MEMORY_MERGE = 68;
  private static final int MEMBARRIER_CMD_GET_REGISTRATIONS = 1 << 9;
  private static final int MEMBARRIER_CMD_PRIVATE_EXPEDITED = 1 << 3;
  private static final int MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE = 1 << 5;
  private static final int MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ = 1 << 7;
  private static final List<Integer> EXPEDITED_BARRIERS =
      List.of(
          MEMBARRIER_CMD_PRIVATE_EXPEDITED,
          MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE,
          MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ);

  private static final List<RemoteCall> OF_THREAD =
      List.of(
          RemoteCall.question("sigaltstack", SyscallNumbers.SIGALTSTACK),
          RemoteCall.question(
              "prctl(PR_GET_TID_ADDRESS)", SyscallNumbers.PRCTL, PR_GET_TID_ADDRESS),
          RemoteCall.question("prctl(PR_GET_PDEATHSIG)", SyscallNumbers.PRCTL, PR_GET_PDEATHSIG),
          RemoteCall.question("prctl(PR_GET_SECUREBITS)", SyscallNumbers.PRCTL, PR_GET_SECUREBITS),
          RemoteCall.question("prctl(PR_GET_TIMERSLACK)", SyscallNumbers.PRCTL, PR_GET_TIMERSLACK));
  private static final List<RemoteCall> OF_PROCESS =
      List.of(
          RemoteCall.question("rt_sigaction", SyscallNumbers.RT_SIGACTION),
          RemoteCall.question("getitimer", SyscallNumbers.GETITIMER),
          RemoteCall.question("brk", SyscallNumbers.BRK, 0),
          RemoteCall.question("prctl(PR_GET_DUMPABLE)", SyscallNumbers.PRCTL, PR_GET_DUMPABLE),
          RemoteCall.question(
              "prctl(PR_GET_CHILD_SUBREAPER)", SyscallNumbers.PRCTL, PR_GET_CHILD_SUBREAPER),
          RemoteCall.question(
              "prctl(PR_GET_THP_DISABLE)", SyscallNumbers.PRCTL, PR_GET_THP_DISABLE),
          RemoteCall.question("prctl(PR_GET_MDWE)", SyscallNumbers.PRCTL, PR_GET_MDWE),
          RemoteCall.question(
              "prctl(PR_GET_MEMORY_MERGE)", SyscallNumbers.PRCTL, PR_GET_MEMORY_MERGE),
          RemoteCall.question("membarrier", SyscallNumbers.MEMBARRIER));

  private final Map<Integer, ThreadAnswers> threads = new LinkedHashMap<>();
  private ProcessAnswers process;
  private List<PosixTimer> posixTimers = List.of();
  private int lockFuture;
  private int pkeys;

  /** Asks every thread, and the first one of the files too. */
  static RemoteQueries ask(
      CkptContext context,
      CodeSite site,
      Files files,
      LandlockProbe landlock,
      SeccompFilters filters)
      throws CkptException {
    RemoteQueries queries = new RemoteQueries();
    long lockedKb = lockedKb(context);
    for (Tracee tracee : context.frozen().threads()) {
      int signal = context.stopSignal(tracee);
      RemoteMemory memory = context.memory();
      SeccompGate gate = filters.gate(tracee.tid());
      try (RemoteSyscalls calls = RemoteSyscalls.infect(tracee, memory, site, signal, gate)) {
        if (tracee.tid() == context.pid()) {
          queries.process = askProcess(calls);
          queries.pkeys = ProtectionKeys.ask(calls);
          queries.posixTimers = PosixTimers.ask(context.proc(), calls);
          if (lockedKb(context) > lockedKb) {
            queries.lockFuture = lockFuture(context, calls.area());
          }
          files.ask(calls);
          context.mm().ask(context, calls);
        }
        RareSettings.ask(calls, context.refusals(), tracee.tid());
        queries.threads.put(tracee.tid(), askThread(calls, context, tracee.tid(), landlock));
      }
    }
    return queries;
  }

  /** All that a thread may be asked, the first one more than others. */
  static List<RemoteCall> questions(CkptContext context, int tid, Files files)
      throws CkptException {
    List<RemoteCall> questions = new ArrayList<>(OF_THREAD);
    questions.addAll(RareSettings.QUESTIONS);
    questions.addAll(Speculation.QUESTIONS);
    questions.addAll(ThreadFlags.QUESTIONS);
    questions.addAll(Mempolicies.QUESTIONS);
    questions.addAll(LandlockProbe.QUESTIONS);
    if (tid == context.pid()) {
      questions.addAll(OF_PROCESS);
      questions.addAll(ProtectionKeys.QUESTIONS);
      questions.addAll(PosixTimers.questions(context.proc()));
      questions.addAll(files.questions());
      questions.addAll(context.mm().questions());
    }
    return questions;
  }

  ThreadAnswers thread(int tid) {
    return threads.get(tid);
  }

  ProcessAnswers process() {
    return process;
  }

  /** What mlockall(2) makes of memory that the task maps: 0, or MCL_FUTURE and its kin. */
  int lockFuture() {
    return lockFuture;
  }

  /** The protection keys that are allocated: bit n is key n. */
  int pkeys() {
    return pkeys;
  }

  /** The timers of timer_create(2). */
  List<PosixTimer> posixTimers() {
    return posixTimers;
  }

  private static ThreadAnswers askThread(
      RemoteSyscalls calls, CkptContext context, int tid, LandlockProbe landlock)
      throws CkptException {
    Status status = context.proc().status(tid);
    Batch batch = calls.batch();
    Batch.Data stack = batch.space(STACK_T_BYTES);
    Batch.Data tidAddress = batch.space(Long.BYTES);
    Batch.Data pdeathSignal = batch.space(Long.BYTES);
    batch.call("sigaltstack", SyscallNumbers.SIGALTSTACK, 0, stack);
    batch.call("prctl", SyscallNumbers.PRCTL, PR_GET_TID_ADDRESS, tidAddress);
    batch.call("prctl", SyscallNumbers.PRCTL, PR_GET_PDEATHSIG, pdeathSignal);
    Batch.Result securebits = batch.call("prctl", SyscallNumbers.PRCTL, PR_GET_SECUREBITS);
    Batch.Result timerSlack = batch.tryCall("prctl", SyscallNumbers.PRCTL, PR_GET_TIMERSLACK);
    List<Batch.Result> speculation = Speculation.ask(batch);
    ThreadFlags flags = ThreadFlags.ask(batch);
    Batch.Data mempolicy = Mempolicies.askThread(batch);
    Batch.Result look = landlock.ask(batch, status);
    calls.run(batch);
    landlock.refuse(status, batch.result(look), context.refusals());
    return new ThreadAnswers(
        batch.getLong(stack, 0),
        batch.getInt(stack, 8),
        batch.getLong(stack, 16),
        batch.getLong(tidAddress, 0),
        batch.getInt(pdeathSignal, 0),
        (int) batch.result(securebits),
        batch.result(timerSlack),
        flags.answer(context.proc().stat(tid)),
        Mempolicies.ofThread(batch, mempolicy, tid),
        Speculation.of(batch, speculation));
  }

  private static ProcessAnswers askProcess(RemoteSyscalls calls) throws CkptException {
    Batch batch = calls.batch();
    Batch.Data actions = batch.space(Signals.NSIG * SIGACTION_BYTES);
    for (int signal = 1; signal <= Signals.NSIG; signal++) {
      batch.call(
          "rt_sigaction",
          SyscallNumbers.RT_SIGACTION,
          signal,
          0,
          actions.address() + (long) (signal - 1) * SIGACTION_BYTES,
          Long.BYTES);
    }
    Batch.Data itimers = batch.space(NR_ITIMERS * ITIMERVAL_BYTES);
    for (int which = 0; which < NR_ITIMERS; which++) {
      batch.call(
          "getitimer",
          SyscallNumbers.GETITIMER,
          which,
          itimers.address() + (long) which * ITIMERVAL_BYTES);
    }
    Batch.Data subreaper = batch.space(Long.BYTES);
    Batch.Result brk = batch.call("brk", SyscallNumbers.BRK, 0);
    Batch.Result dumpable = batch.call("prctl", SyscallNumbers.PRCTL, PR_GET_DUMPABLE);
    batch.call("prctl", SyscallNumbers.PRCTL, PR_GET_CHILD_SUBREAPER, subreaper);
    Batch.Result thp = batch.tryCall("prctl", SyscallNumbers.PRCTL, PR_GET_THP_DISABLE);
    Batch.Result mdwe = batch.tryCall("prctl", SyscallNumbers.PRCTL, PR_GET_MDWE);
    Batch.Result merge = batch.tryCall("prctl", SyscallNumbers.PRCTL, PR_GET_MEMORY_MERGE);
    Batch.Result membarrier =
        batch.tryCall("membarrier", SyscallNumbers.MEMBARRIER, MEMBARRIER_CMD_GET_REGISTRATIONS);
    calls.run(batch);
    long registrations = batch.result(membarrier);
    return new ProcessAnswers(
        longs(batch, actions, Signals.NSIG * SIGACTION_WORDS),
        longs(batch, itimers, NR_ITIMERS * ITIMERVAL_BYTES / Long.BYTES),
        batch.result(brk),
        (int) batch.result(dumpable),
        batch.getInt(subreaper, 0) != 0,
        (int) Math.max(0, batch.result(thp)),
        (int) Math.max(0, batch.result(mdwe)),
        batch.result(merge) > 0,
        registrations < 0 || NewerFeature.MEMBARRIER_CMD_GET_REGISTRATIONS.isHidden()
            ? registrationsByTrial(calls)
            : (int) registrations);
  }

  /**
   * The commands by which it registered with membarrier(2), on a kernel that does not say so: each
   * expedited barrier within the process is refused (EPERM) to one that is not registered for it.
   * To one that is, it does nothing but wait for the other threads to pass a barrier, and they are
   * stopped.
   *
   * <p>NB: MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED is not seen that way: it lets others wait for
   * this process, and changes nothing that the process may do.
   *
   * <p>Source: membarrier(2), {@code kernel/sched/membarrier.c}.
   */
  private static int registrationsByTrial(RemoteSyscalls calls) throws CkptException {
    Batch barriers = calls.batch();
    List<Batch.Result> answers = new ArrayList<>();
    for (int command : EXPEDITED_BARRIERS) {
      answers.add(barriers.tryCall("membarrier", SyscallNumbers.MEMBARRIER, command));
    }
    calls.run(barriers);
    int registrations = 0;
    for (int i = 0; i < answers.size(); i++) {
      // The command that registers for a barrier is the bit after it.
      registrations |= barriers.result(answers.get(i)) == 0 ? EXPEDITED_BARRIERS.get(i) << 1 : 0;
    }
    return registrations;
  }

  private static long lockedKb(CkptContext context) throws CkptException {
    return context.proc().status().vmKb().getOrDefault("VmLck", 0L);
  }

  /**
   * No file and no call shows that mlockall(MCL_FUTURE) is in force, but then our own area is
   * locked, and its flags say how.
   */
  private static int lockFuture(CkptContext context, RemoteMap area) throws CkptException {
    for (SmapsEntry entry : context.proc().smaps().entries()) {
      // NB: our area may have been merged with a neighbour that is locked too.
      if (entry.vma().contains(area.address())) {
        return Mm.MCL_FUTURE | (entry.hasFlag("lf") ? Mm.MCL_ONFAULT : 0);
      }
    }
    throw new TargetGoneException(context.pid(), "look at our area in it");
  }

  private static long[] longs(Batch batch, Batch.Data data, int count) {
    long[] words = new long[count];
    for (int i = 0; i < count; i++) {
      words[i] = batch.getLong(data, i * Long.BYTES);
    }
    return words;
  }
}
