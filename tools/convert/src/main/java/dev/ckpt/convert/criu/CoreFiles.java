package dev.ckpt.convert.criu;

import dev.ckpt.convert.Losses;
import dev.ckpt.convert.OutputFolder;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.CpuX86_64;
import dev.ckpt.format.record.Cred;
import dev.ckpt.format.record.Itimers;
import dev.ckpt.format.record.Loginuid;
import dev.ckpt.format.record.PosixTimer;
import dev.ckpt.format.record.Rlimits;
import dev.ckpt.format.record.Sched;
import dev.ckpt.format.record.Sigactions;
import dev.ckpt.format.record.Sigpending;
import dev.ckpt.format.record.Task;
import dev.ckpt.format.record.TaskThread;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes core-TID.img of each thread; the first one has the task. */
final class CoreFiles {
  /** core_entry.march. */
  static final int X86_64 = 1;

  static final int TASK_ALIVE = 1;
  static final int TASK_STOPPED = 3;
  static final int SECCOMP_MODE_FILTER = 2;

  private static final int SCHED_FIFO = 1;
  private static final int SCHED_RR = 2;
  static final int SCHED_DEADLINE = 6;

  /** A bit of the policy of sched_setscheduler(2), and the same as a flag of sched_setattr(2). */
  static final int SCHED_RESET_ON_FORK = 0x40000000;

  static final int SCHED_FLAG_RESET_ON_FORK = 1;
  private static final int SIGCHLD = 17;
  private static final int UTIL_MAX = 1024;

  /** What a thread has unless somebody says otherwise. */
  private static final long SLACK_NANOS = 50_000;

  /** What CRIU has a place for. */
  private static final int FLAGS =
      Task.SESSION_LEADER | Task.GROUP_LEADER | Task.CHILD_SUBREAPER | Task.THP_DISABLED;

  private final ImageState state;
  private final Losses losses;
  private final Filters filters;

  /**
   * Begins.
   *
   * @param filters the seccomp filters of all threads
   */
  CoreFiles(ImageState state, Filters filters, Losses losses) {
    this.state = state;
    this.filters = filters;
    this.losses = losses;
  }

  /** The messages by tid, the first thread's first. */
  Map<Integer, Criu.Core> all() throws CorruptImageException {
    Map<Integer, Criu.Core> cores = new LinkedHashMap<>();
    for (TaskThread thread : state.threads()) {
      Criu.Core.Builder core = ofThread(thread);
      if (cores.isEmpty()) {
        core.setTc(ofTask(thread));
      }
      cores.put(thread.tid(), core.build());
    }
    return cores;
  }

  static void write(Map<Integer, Criu.Core> cores, OutputFolder folder) throws IOException {
    for (Map.Entry<Integer, Criu.Core> core : cores.entrySet()) {
      ImgWriter.writeOne(folder, ImgKind.CORE, ImgKind.CORE.file(core.getKey()), core.getValue());
    }
  }

  private Criu.TaskCore ofTask(TaskThread leader) throws CorruptImageException {
    Task task = state.task();
    noteLosses(task);
    Criu.TaskCore.Builder core =
        Criu.TaskCore.newBuilder()
            .setTaskState(task.stopSignal() == 0 ? TASK_ALIVE : TASK_STOPPED)
            .setExitCode(0)
            .setPersonality(task.personality())
            .setFlags(0)
            .setBlkSigset(leader.sigmask())
            .setComm(Protos.bytes(task.comm()))
            .setTimers(TaskTimers.toCriu(state.only(Itimers.class), state.all(PosixTimer.class)))
            .setRlimits(rlimits())
            .setSignalsS(Signals.queue(0, state.all(Sigpending.class)))
            .setOomScoreAdj(task.oomScoreAdj())
            .addAllSigactions(Signals.toCriu(state.only(Sigactions.class)))
            .setChildSubreaper((task.flags() & Task.CHILD_SUBREAPER) != 0);
    if (task.stopSignal() != 0) {
      core.setStopSigno(task.stopSignal());
    }
    if (task.membarrier() != 0) {
      core.setMembarrier(task.membarrier());
    }
    state.all(Loginuid.class).forEach(loginuid -> core.setLoginuid(loginuid.loginuid()));
    return core.build();
  }

  private void noteLosses(Task task) {
    String of = "of the task";
    if ((task.flags() & ~FLAGS) != 0) {
      losses.add("TASK.flags", "0x" + Integer.toHexString(task.flags() & ~FLAGS));
    }
    if (task.personality() != 0) {
      // NB: it has a place for it, and never sets it.
      losses.add("TASK.personality", "0x" + Integer.toHexString(task.personality()));
    }
    if (task.autogroupNice() != 0) {
      losses.add("TASK.autogroupNice", of);
    }
    if (task.exitSignal() != SIGCHLD) {
      losses.add("TASK.exitSignal", "of " + task.exitSignal());
    }
  }

  private Criu.Rlimits rlimits() throws CorruptImageException {
    Criu.Rlimits.Builder rlimits = Criu.Rlimits.newBuilder();
    for (Rlimits.Rlimit limit : state.only(Rlimits.class).limits()) {
      rlimits.addRlimits(Criu.Rlimit.newBuilder().setCur(limit.cur()).setMax(limit.max()).build());
    }
    return rlimits.build();
  }

  private Criu.Core.Builder ofThread(TaskThread thread) throws CorruptImageException {
    int tid = thread.tid();
    CpuX86_64 cpu = state.ofThread(tid, CpuX86_64.class, CpuX86_64::tid);
    String of = "of thread " + tid;
    if (Regs.hasTimeLeft(cpu)) {
      losses.note(
          "thread "
              + tid
              + " waits in a system call for a time: CRIU has no place for what is left of it, and"
              + " so it waits for all of it again");
    }
    if (Fpregs.unknown(cpu) != 0) {
      losses.add("CPU_X86_64.xsave", "components 0x" + Long.toHexString(Fpregs.unknown(cpu)));
    }
    if (thread.speculation() != 0) {
      losses.add("THREAD.speculation", of);
    }
    if (thread.flags() != 0) {
      losses.add("THREAD.flags", of);
    }
    if (thread.pdeathSignal() != 0) {
      losses.note(
          "thread "
              + tid
              + " gets a signal when its parent ends: that is CRIU then, which ends at once unless"
              + " it is told to stay");
    }
    return Criu.Core.newBuilder()
        .setMtype(X86_64)
        .setThreadInfo(
            Criu.ThreadInfoX86.newBuilder()
                .setClearTidAddr(thread.tidAddress())
                .setGpregs(Regs.toCriu(cpu, state.task().stopSignal() != 0))
                .setFpregs(Fpregs.toCriu(cpu)))
        .setThreadCore(ofThread(thread, state.ofThread(tid, Sched.class, Sched::tid)));
  }

  private Criu.ThreadCore ofThread(TaskThread thread, Sched sched) throws CorruptImageException {
    int tid = thread.tid();
    noteLosses(sched);
    Criu.ThreadCore.Builder core =
        Criu.ThreadCore.newBuilder()
            .setFutexRla(thread.robustListHead())
            .setFutexRlaLen((int) thread.robustListLen())
            .setSchedPolicy(sched.policy() | (resetsOnFork(sched) ? SCHED_RESET_ON_FORK : 0))
            .setBlkSigset(thread.sigmask())
            .setSas(Signals.altstack(thread))
            .setSignalsP(Signals.queue(tid, state.all(Sigpending.class)))
            .setCreds(Credentials.toCriu(state.ofThread(tid, Cred.class, Cred::tid)))
            .setComm(Protos.bytes(thread.comm()));
    if (isRealTime(sched)) {
      core.setSchedPrio(sched.rtPriority());
    } else {
      core.setSchedNice(sched.nice());
    }
    if (thread.pdeathSignal() != 0) {
      core.setPdeathSig(thread.pdeathSignal());
    }
    if (thread.rseqPtr() != 0) {
      core.setRseq(
          Criu.Rseq.newBuilder()
              .setAbiPointer(thread.rseqPtr())
              .setAbiSize(thread.rseqLen())
              .setSignature(thread.rseqSignature()));
    }
    filters.put(tid, core);
    return core.build();
  }

  private static boolean resetsOnFork(Sched sched) {
    return (sched.schedFlags() & SCHED_FLAG_RESET_ON_FORK) != 0;
  }

  private static boolean isRealTime(Sched sched) {
    return sched.policy() == SCHED_FIFO || sched.policy() == SCHED_RR;
  }

  private void noteLosses(Sched sched) {
    boolean nice = isRealTime(sched) && sched.nice() != 0;
    boolean utilClamped =
        sched.utilMin() != 0 || sched.utilMax() != 0 && sched.utilMax() != UTIL_MAX;
    Map<String, Boolean> lost = new LinkedHashMap<>();
    lost.put("policy", sched.policy() == SCHED_DEADLINE);
    lost.put("nice", nice);
    lost.put("schedFlags", (sched.schedFlags() & ~SCHED_FLAG_RESET_ON_FORK) != 0);
    lost.put("runtimeNanos", sched.policy() != SCHED_DEADLINE && sched.runtimeNanos() != 0);
    lost.put("utilMin, utilMax", utilClamped);
    lost.put("ioprio", sched.ioprio() != 0);
    boolean slack = sched.timerSlackNanos() != 0 && sched.timerSlackNanos() != SLACK_NANOS;
    lost.put("timerSlackNanos", slack);
    lost.put("cpusAllowed", !sched.cpusAllowed().isEmpty());
    List<String> names =
        lost.entrySet().stream().filter(Map.Entry::getValue).map(Map.Entry::getKey).toList();
    names.forEach(name -> losses.add("SCHED." + name, "of thread " + sched.tid()));
  }
}
