package dev.ckpt.rstr;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.tracee.RemoteMap;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.core.tracee.Tracee;
import dev.ckpt.core.tracee.Tracer;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ImageState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What the restorers of one task share: the image's state, the task that is being built, and where
 * our code stands in it.
 *
 * <p>Threading: the tracer's thread.
 */
public final class RstrContext {
  /** One page for our code. */
  static final int CODE_BYTES = 4096;

  /** Room for a full table of calls and their data. */
  static final int AREA_BYTES = 64 * 1024;

  private final ImageState state;
  private final RestartOptions options;
  private final TimeNamespace clocks;
  private final VdsoMapping vdso;
  private final Tracer tracer;
  private final Tracee leader;
  private final TaskIds ids;
  private final RemoteMemory memory;
  private final Fd pidfd;
  private final Layout layout;
  private final RemoteMap code;
  private final RemoteMap area;
  private final UserRegs userRegs;
  private final int stopSignal;
  private final FdNumbers fds;
  private final List<String> notes = new ArrayList<>();
  private final Deque<Undo> undos = new ArrayDeque<>();
  private final List<Step> lastSteps = new ArrayList<>();

  RstrContext(
      ImageState state,
      RestartOptions options,
      TimeNamespace clocks,
      VdsoMapping vdso,
      Tracee leader,
      RemoteMemory memory,
      Fd pidfd,
      Layout layout,
      UserRegs userRegs,
      int stopSignal)
      throws CkptException {
    this.state = state;
    this.options = options;
    this.clocks = clocks;
    this.vdso = vdso;
    this.tracer = leader.tracer();
    this.leader = leader;
    this.ids = new TaskIds(state.task().pid(), leader.process());
    this.memory = memory;
    this.pidfd = pidfd;
    this.layout = layout;
    this.fds = FdNumbers.of(state);
    // Side by side, so that one munmap takes both away at the end.
    RemoteMap both = layout.take(CODE_BYTES + AREA_BYTES);
    this.code = new RemoteMap(both.address(), CODE_BYTES);
    this.area = new RemoteMap(code.end(), AREA_BYTES);
    this.userRegs = userRegs;
    this.stopSignal = stopSignal;
  }

  /** All of the image but its pages. */
  public ImageState state() {
    return state;
  }

  /** What was asked for. */
  public RestartOptions options() {
    return options;
  }

  /** How far a clock of the task is ahead of the same clock of ours, in nanoseconds. */
  public long clockAhead(int clockId) {
    return clocks.ahead(clockId);
  }

  /** The kernel's vdso, and what became of the old one. */
  VdsoMapping vdso() {
    return vdso;
  }

  Tracer tracer() {
    return tracer;
  }

  /** The thread group leader of the new task. */
  public Tracee leader() {
    return leader;
  }

  /** By which numbers we see the new task's threads. */
  public TaskIds ids() {
    return ids;
  }

  /** The new task's memory. */
  public RemoteMemory memory() {
    return memory;
  }

  /** A handle on the new process. */
  public Fd pidfd() {
    return pidfd;
  }

  Layout layout() {
    return layout;
  }

  /** Which descriptor numbers are free for us while we build. */
  public FdNumbers fds() {
    return fds;
  }

  /** Where our code stands in the new task. */
  RemoteMap code() {
    return code;
  }

  /** Where tables of system calls are put. */
  RemoteMap area() {
    return area;
  }

  /** Segments and flags of a 64-bit user thread, for threads to run our code with. */
  UserRegs userRegs() {
    return userRegs;
  }

  /** The signal by which threads stop for us; none of it waits in the image. */
  int stopSignal() {
    return stopSignal;
  }

  /** What could not be had and is no reason to fail, one line each. */
  public List<String> notes() {
    return notes;
  }

  /** Takes away something that the end of the new task does not take away. */
  public interface Undo {
    /** Does it. */
    void run() throws CkptException;
  }

  /** Says what is to be done when the restore fails. */
  public void onFailure(Undo undo) {
    undos.push(undo);
  }

  /** What is done when all the rest has been. */
  public interface Step {
    /** Does it. */
    void run() throws CkptException;
  }

  /** Says what is to be done at the very end, right before the new task is let go. */
  public void onSuccess(Step step) {
    lastSteps.add(step);
  }

  /** Does all of that. */
  void finish() throws CkptException {
    for (Step step : lastSteps) {
      step.run();
    }
  }

  /**
   * Does all of that, the last thing first.
   *
   * @param reason why the restore failed; is told what cannot be undone
   */
  void undo(Throwable reason) {
    while (!undos.isEmpty()) {
      try {
        undos.pop().run();
      } catch (CkptException | RuntimeException e) {
        reason.addSuppressed(e);
      }
    }
  }

  /** System calls made by one of the new task's threads. */
  @MustBeClosed
  public RemoteSyscalls callsOf(Tracee thread) throws CkptException {
    return RemoteSyscalls.resident(thread, memory, code.address(), area, stopSignal, userRegs);
  }
}
