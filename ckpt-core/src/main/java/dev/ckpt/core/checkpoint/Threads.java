package dev.ckpt.core.checkpoint;

import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.RseqSection;
import dev.ckpt.core.tracee.Tracee;
import dev.ckpt.core.tracee.x86_64.RestartedCall;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.core.tracee.x86_64.Xstate;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.CpuX86_64;
import dev.ckpt.format.record.RestartBlock;
import dev.ckpt.format.record.TaskThread;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** The threads of the task: registers, masks, lists the kernel knows them by. */
final class Threads {
  /** What ptrace tells of a thread; read before any code of ours runs in it. */
  private record Frozen(
      UserRegs regs,
      byte[] xstate,
      long sigmask,
      List<byte[]> pending,
      Tasks.RobustList robust,
      Tracee.RseqConfiguration rseq,
      OptionalLong timeLeftNanos) {}

  private final CkptContext context;
  private final Map<Integer, Frozen> threads = new LinkedHashMap<>();

  private Threads(CkptContext context) {
    this.context = context;
  }

  /** Reads what ptrace tells of every thread and refuses what cannot be saved. */
  static Threads survey(CkptContext context, Sleeps sleeps) throws CkptException {
    Threads threads = new Threads(context);
    for (Tracee tracee : context.frozen().threads()) {
      UserRegs regs = threads.resolveRestart(tracee, tracee.regs(), sleeps);
      threads.refuse(tracee, regs);
      threads.threads.put(
          tracee.tid(),
          new Frozen(
              RseqSection.abortIfInside(tracee, context.memory(), regs),
              tracee.xstate(),
              tracee.sigmask(),
              tracee.pendingSignals(false),
              Tasks.robustList(tracee.tid()),
              tracee.rseq(),
              sleeps.left(tracee.tid(), regs, context.memory(), context.frozen().frozenAtNanos())));
    }
    return threads;
  }

  private UserRegs resolveRestart(Tracee tracee, UserRegs found, Sleeps sleeps)
      throws CkptException {
    UserRegs regs = RestartedCall.beforeRestart(found, context.memory());
    if (!RestartedCall.is(regs)) {
      return regs;
    }
    OptionalLong number =
        RestartedCall.number(regs, context.memory(), sleeps.wchan(tracee.tid()).orElse(""));
    context
        .refusals()
        .addIf(
            number.isEmpty(),
            RefusalCode.RESTART_UNKNOWN,
            "thread " + tracee.tid() + " goes on with a sleep that was interrupted before",
            "try again when it has woken up");
    return regs.with(UserRegs.ORIG_RAX, number.orElse(SyscallNumbers.RESTART_SYSCALL));
  }

  private void refuse(Tracee tracee, UserRegs regs) throws CkptException {
    RareSettings.refuse(tracee, context.refusals());
    String name = "thread " + tracee.tid();
    context
        .refusals()
        .addIf(
            tracee.dispatchesSyscalls(),
            RefusalCode.SYSCALL_DISPATCH,
            name + " has syscall user dispatch switched on",
            "not supported");
    boolean compat = regs.get(UserRegs.CS) != UserRegs.USER_CS;
    context
        .refusals()
        .addIf(compat, RefusalCode.TASK_32BIT, name + " runs 32-bit code", "not supported");
    long selectors =
        regs.get(UserRegs.DS)
            | regs.get(UserRegs.ES)
            | regs.get(UserRegs.FS)
            | regs.get(UserRegs.GS);
    context
        .refusals()
        .addIf(
            !compat && selectors != 0,
            RefusalCode.SEGMENTS,
            name + " uses segment descriptors of its own",
            "not supported");
  }

  /** The signals that wait for single threads, as raw siginfo. */
  List<byte[]> pending() {
    return threads.values().stream().flatMap(thread -> thread.pending().stream()).toList();
  }

  /** Adds the records of every thread. */
  void save(RemoteQueries answers) throws CkptException {
    for (Map.Entry<Integer, Frozen> entry : threads.entrySet()) {
      int tid = entry.getKey();
      Frozen thread = entry.getValue();
      RemoteQueries.ThreadAnswers told = answers.thread(tid);
      context.add(
          new TaskThread(
              tid,
              context.proc().comm(tid),
              thread.sigmask(),
              thread.robust().head(),
              thread.robust().lenBytes(),
              told.tidAddress(),
              thread.rseq().pointer(),
              thread.rseq().lenBytes(),
              thread.rseq().signature(),
              told.altstackSp(),
              told.altstackFlags(),
              told.altstackSize(),
              told.speculation(),
              told.pdeathSignal(),
              told.flags()));
      context.add(
          CpuX86_64.of(
              tid,
              thread.regs().toArray(),
              ByteString.of(thread.xstate()),
              Xstate.features(thread.xstate())));
      if (thread.timeLeftNanos().isPresent()) {
        context.add(new RestartBlock(tid, thread.timeLeftNanos().getAsLong()));
      }
      Scheduling.save(context, tid, told);
      told.mempolicy().forEach(context::add);
      Creds.save(context, tid, told);
      SignalState.savePending(context, tid, thread.pending());
    }
  }
}
