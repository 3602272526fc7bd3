package dev.ckpt.core.tracee;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.ProcMissingException;
import dev.ckpt.core.tracee.x86_64.SyscallRestart;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;

/**
 * A task all of whose threads are stopped.
 *
 * <p>Threading: its tracer's thread. Closing it lets every thread go on as if nothing had been;
 * ending the tracer thread does the same.
 */
public final class FrozenTask implements AutoCloseable {
  /** What its threads are seized with. */
  static final int TRACE_OPTIONS = Ptrace.O_TRACESYSGOOD;

  private static final long EXEC_NANOS = 2_000_000;
  private static final int SEIZE_TRIES = 5;
  private static final long WAY_OUT_NANOS = 20_000;
  private static final Duration WAY_OUT = Duration.ofMillis(50);
  private static final long ASK_AGAIN_NANOS = 50_000_000;

  private final Tracer tracer;
  private final int pid;
  private final Map<Integer, Tracee> threads = new LinkedHashMap<>();
  private int stopSignal;
  private long firstInterruptNanos;
  private long thawedNanos;
  private boolean thawed;

  private FrozenTask(Tracer tracer, int pid) {
    this.tracer = tracer;
    this.pid = pid;
  }

  /**
   * Stops every thread of a task.
   *
   * @throws UnsupportedStateException when a thread does not stop in time; the task runs on
   * @throws TargetGoneException when it ended meanwhile
   */
  @MustBeClosed
  public static FrozenTask freeze(Tracer tracer, int pid, Duration timeout) throws CkptException {
    FrozenTask frozen = new FrozenTask(tracer, pid);
    boolean done = false;
    try {
      frozen.stopAll(Deadline.in(timeout));
      done = true;
      return frozen;
    } finally {
      if (!done) {
        frozen.close();
      }
    }
  }

  private void stopAll(Deadline deadline) throws CkptException {
    // A thread may be born of one that has not stopped yet; none can once all known ones have.
    while (true) {
      List<Tracee> fresh = seizeNewThreads();
      if (fresh.isEmpty()) {
        return;
      }
      awaitFreeze(fresh, deadline);
      threads.values().removeIf(Tracee::ended);
      if (threads.isEmpty()) {
        throw new TargetGoneException(pid, "freeze");
      }
    }
  }

  /**
   * Lets threads run out of code in which nobody can go on after a restore, if they come out of it
   * soon: each for a moment, again and again. What a signal has stopped stays where it is.
   *
   * @param inside whether an instruction pointer stands in such code
   */
  public void letOut(LongPredicate inside, Duration timeout) throws CkptException {
    Deadline deadline = Deadline.in(timeout);
    Deadline soon = Deadline.in(WAY_OUT);
    long nanos = WAY_OUT_NANOS;
    List<UserRegs> before = List.of();
    while (stopSignal == 0 && !soon.passed()) {
      Map<Tracee, UserRegs> within = within(inside);
      if (within.isEmpty()) {
        return;
      }
      List<UserRegs> now = List.copyOf(within.values());
      // NB: a thread that was asked to stop before it had a CPU stops where it was.
      nanos = now.equals(before) ? 2 * nanos : WAY_OUT_NANOS;
      before = now;
      letRun(List.copyOf(within.keySet()), nanos, deadline);
    }
  }

  private Map<Tracee, UserRegs> within(LongPredicate inside) throws CkptException {
    Map<Tracee, UserRegs> within = new LinkedHashMap<>();
    for (Tracee tracee : threads.values()) {
      UserRegs regs = tracee.regs();
      if (inside.test(regs.ip())) {
        within.put(tracee, regs);
      }
    }
    return within;
  }

  private void letRun(List<Tracee> some, long nanos, Deadline deadline) throws CkptException {
    for (Tracee tracee : some) {
      tracee.cont(0);
    }
    LockSupport.parkNanos(nanos);
    for (Tracee tracee : some) {
      tracee.interrupt();
    }
    awaitFreeze(some, deadline);
    threads.values().removeIf(Tracee::ended);
    stopAll(deadline);
  }

  private List<Tracee> seizeNewThreads() throws CkptException {
    List<Tracee> fresh = new ArrayList<>();
    for (int tid : tids()) {
      if (threads.containsKey(tid)) {
        continue;
      }
      Optional<Tracee> seized = seize(tid);
      if (seized.isPresent()) {
        seized.get().interrupt();
        threads.put(tid, seized.get());
        fresh.add(seized.get());
      }
    }
    return fresh;
  }

  /** The leader first: once the kernel has given out all pids, a thread may have a lower one. */
  private List<Integer> tids() throws CkptException {
    List<Integer> tids = new ArrayList<>(ProcFs.of(pid).tasks());
    if (tids.remove((Integer) pid)) {
      tids.add(0, pid);
    }
    return tids;
  }

  /** Seizes a thread; nothing when it is exiting and so no part of the task any more. */
  private Optional<Tracee> seize(int tid) throws CkptException {
    for (int i = 0; ; i++) {
      try {
        Tracee tracee = Tracee.seize(tracer, pid, tid, TRACE_OPTIONS);
        if (firstInterruptNanos == 0) {
          firstInterruptNanos = System.nanoTime();
        }
        return Optional.of(tracee);
      } catch (TargetGoneException e) {
        // The thread exited between readdir and seize; a dead leader is found by its state.
        return Optional.empty();
      } catch (SyscallException e) {
        if (isEnding(tid)) {
          return Optional.empty();
        }
        if (i == SEIZE_TRIES) {
          throw seizeRefused(tid, e);
        }
        // The leader while another thread executes a program and takes over its number.
        LockSupport.parkNanos(EXEC_NANOS);
      }
    }
  }

  /** A thread that is exiting cannot be seized (EPERM); it is no part of the task any more. */
  private boolean isEnding(int tid) throws CkptException {
    try {
      return ProcFs.of(pid).stat(tid).state().ended();
    } catch (TargetGoneException | ProcMissingException e) {
      return true;
    }
  }

  private CkptException seizeRefused(int tid, SyscallException e) {
    if (e.errno() != Errno.EPERM) {
      return e;
    }
    return new UnsupportedStateException(
        List.of(
            new Refusal(
                RefusalCode.PTRACE_DENIED,
                "[pid " + pid + " tid " + tid + "] cannot be traced",
                "it is traced already, is a zombie, or belongs to someone else: run ckpt as its"
                    + " owner or as root, and see kernel.yama.ptrace_scope")));
  }

  /** Waits for all at once: a dead leader is reported only when its other threads are. */
  private void awaitFreeze(List<Tracee> fresh, Deadline deadline) throws CkptException {
    List<Tracee> running = new ArrayList<>(fresh);
    long asked = System.nanoTime();
    while (true) {
      for (Iterator<Tracee> i = running.iterator(); i.hasNext(); ) {
        if (isFrozen(i.next())) {
          i.remove();
        }
      }
      if (running.isEmpty()) {
        return;
      }
      if (deadline.passed()) {
        Tracee late = running.get(0);
        throw new UnsupportedStateException(
            List.of(
                new Refusal(
                    RefusalCode.FREEZE_TIMEOUT,
                    late + " did not stop, it waits in " + wchan(late.tid()),
                    "try again later or with a longer --freeze-timeout")));
      }
      deadline.pause();
      if (System.nanoTime() - asked > ASK_AGAIN_NANOS) {
        // A thread that executes a program takes over the leader's number, but not our request.
        for (Tracee late : running) {
          late.interrupt();
        }
        asked = System.nanoTime();
      }
    }
  }

  /** Whether a thread has stopped or ended; lets it on where it stopped for something else. */
  private boolean isFrozen(Tracee tracee) throws CkptException {
    Optional<Stop> stop = tracee.awaitStop(Deadline.in(Duration.ZERO));
    if (stop.isEmpty()) {
      return false;
    }
    switch (stop.get().kind()) {
      case INTERRUPTED:
        hideInterruption(tracee);
        return true;
      case EXITED:
      case KILLED:
        return true;
      case GROUP_STOP:
        stopSignal = stop.get().detail();
        keepInterruption(tracee);
        return true;
      case SIGNAL:
        // Delivered as it would have been; the stop that we asked for follows before the first
        // instruction of its handler.
        tracee.cont(stop.get().detail());
        return false;
      default:
        tracee.cont(0);
        return false;
    }
  }

  /**
   * Some calls answer our stop with EINTR; they are made again, whatever becomes of the dump. So is
   * one that the kernel would go on with by restart_syscall(2), which a filter forbids.
   */
  private static void hideInterruption(Tracee tracee) throws CkptException {
    UserRegs stopped = tracee.regs();
    UserRegs restarting = SyscallRestart.forLiveThread(stopped);
    if (SyscallRestart.byRestartBlock(stopped)
        && !SeccompGate.pass(tracee.seccompPrograms(), SyscallNumbers.RESTART_SYSCALL)) {
      restarting = SyscallRestart.fromItsStart(stopped);
    }
    if (!restarting.equals(stopped)) {
      tracee.setRegs(restarting);
    }
  }

  /** A call that a job-control signal has ended with EINTR is over: nobody makes it again. */
  private static void keepInterruption(Tracee tracee) throws CkptException {
    UserRegs stopped = tracee.regs();
    UserRegs over = SyscallRestart.forStoppedThread(stopped);
    if (!over.equals(stopped)) {
      tracee.setRegs(over);
    }
  }

  private String wchan(int tid) {
    try {
      return ProcFs.of(pid).wchan(tid);
    } catch (CkptException e) {
      return "an unknown place (" + e.getMessage() + ")";
    }
  }

  /** The process. */
  public int pid() {
    return pid;
  }

  /** Its stopped threads, the leader first. */
  public Collection<Tracee> threads() {
    return threads.values();
  }

  /** The thread whose number is the process's; a task without it lost its leader. */
  public Tracee leader() throws TargetGoneException {
    Tracee leader = threads.get(pid);
    if (leader == null) {
      throw new TargetGoneException(pid, "find the group leader");
    }
    return leader;
  }

  /** Whether the leader is among the threads. */
  public boolean hasLeader() {
    return threads.containsKey(pid);
  }

  /** The job-control signal that had stopped it already; 0 if it ran. */
  public int stopSignal() {
    return stopSignal;
  }

  /**
   * Whether a thread is on its way home from a dump that was killed, so that the task has to run on
   * for a moment. If it is stopped, such threads are led home instead.
   */
  public boolean isComingHome(RemoteMemory memory, CodeSite site) throws CkptException {
    for (Tracee tracee : threads.values()) {
      if (site.contains(tracee.regs().ip())
          && (stopSignal == 0 || !Homecoming.lead(tracee, memory, site))) {
        return true;
      }
    }
    return false;
  }

  /** When the first thread was told to stop, as System.nanoTime has it. */
  public long frozenAtNanos() {
    return firstInterruptNanos;
  }

  /** Nanoseconds from the first interrupt to the last detach, or to now when still frozen. */
  public long frozenNanos() {
    return (thawed ? thawedNanos : System.nanoTime()) - firstInterruptNanos;
  }

  /** Lets every thread go on. */
  public void thaw() throws SyscallException {
    SyscallException first = null;
    for (Iterator<Tracee> i = threads.values().iterator(); i.hasNext(); ) {
      Tracee tracee = i.next();
      i.remove();
      if (tracee.ended()) {
        continue;
      }
      try {
        tracee.detach(0);
      } catch (SyscallException e) {
        first = first == null ? e : first;
      }
    }
    if (!thawed) {
      thawed = true;
      thawedNanos = System.nanoTime();
    }
    if (first != null) {
      throw first;
    }
  }

  /**
   * Thaws. NB: a thread that has not stopped yet cannot be detached; it is let go when the tracer
   * thread ends, which the owner of the tracer sees to.
   */
  @Override
  public void close() throws SyscallException {
    thaw();
  }
}
