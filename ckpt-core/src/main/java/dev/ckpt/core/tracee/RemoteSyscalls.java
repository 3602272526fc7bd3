package dev.ckpt.core.tracee;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.x86_64.LoopCode;
import dev.ckpt.core.tracee.x86_64.SyscallRestart;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.error.CkptException;
import java.time.Duration;
import java.util.List;

/**
 * System calls made by a stopped thread on our behalf, in batches.
 *
 * <p>On a live target ({@link #infect}) everything is put back when this is closed, and also if we
 * are killed at any moment: see {@link LoopCode}. In a task that is being rebuilt ({@link
 * #resident}) the code and its area belong to the builder.
 *
 * <p>Threading: the tracer's thread. Target state: the thread stopped; others of the same task must
 * be stopped too, and only one of them may be infected at a time.
 */
public final class RemoteSyscalls implements AutoCloseable {
  /** How many calls one batch takes. */
  public static final int MAX_CALLS = 96;

  /** The area of a live target: a table and as much data as the queries of one thread need. */
  private static final int LIVE_AREA_BYTES = 16 * 1024;

  private static final long PROT_READ_WRITE = 3;
  private static final long MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final long TRACE_FLAG = 0x100;
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private static final int SIG_SETMASK = 2;

  /** What {@link LoopCode} does beside the calls of a batch. */
  static final List<RemoteCall> LOOP_CALLS =
      List.of(
          RemoteCall.question(
              "mmap",
              SyscallNumbers.MMAP,
              0,
              LIVE_AREA_BYTES,
              PROT_READ_WRITE,
              MAP_PRIVATE_ANONYMOUS,
              -1,
              0),
          RemoteCall.question("tgkill", SyscallNumbers.TGKILL),
          RemoteCall.undoing("munmap", SyscallNumbers.MUNMAP),
          RemoteCall.undoing("rt_sigprocmask", SyscallNumbers.RT_SIGPROCMASK, SIG_SETMASK));

  /** Address of no table entry. */
  private static final long NOWHERE = 0;

  private final Tracee tracee;
  private final SeccompGate gate;
  private final RemoteMemory memory;
  private final long code;
  private final int stopSignal;
  private final UserRegs oldRegs;
  private final long oldMask;
  private CodeSite site;
  private RemoteMap area;
  private NativeBuffer image;
  private int lastChild;
  private boolean entered;
  private boolean closed;

  private RemoteSyscalls(
      Tracee tracee,
      SeccompGate gate,
      RemoteMemory memory,
      long code,
      int stopSignal,
      UserRegs regs,
      long mask) {
    this.tracee = tracee;
    this.gate = gate;
    this.memory = memory;
    this.code = code;
    this.stopSignal = stopSignal;
    this.oldRegs = regs;
    this.oldMask = mask;
  }

  /**
   * Puts the loop into a live thread and maps its area.
   *
   * @param stopSignal one that the task ignores, or {@link StopSignal#NONE}
   * @param gate what the thread's seccomp filters let in
   */
  @MustBeClosed
  public static RemoteSyscalls infect(
      Tracee tracee, RemoteMemory memory, CodeSite site, int stopSignal, SeccompGate gate)
      throws CkptException {
    gate.require(tracee);
    UserRegs regs = RseqSection.abortIfInside(tracee, memory, tracee.regs());
    long mask = tracee.sigmask();
    RemoteSyscalls calls =
        new RemoteSyscalls(tracee, gate, memory, site.address(), stopSignal, regs, mask);
    calls.site = site;
    boolean done = false;
    try {
      if (gate.isFiltered()) {
        tracee.setOptions(FrozenTask.TRACE_OPTIONS | Ptrace.O_SUSPEND_SECCOMP);
      }
      site.write(
          memory,
          new LoopCode()
              .stopWith(tracee.process().own(), stopSignal)
              .home(SyscallRestart.forThreadComingHome(regs), mask));
      calls.mapArea();
      done = true;
      return calls;
    } finally {
      if (!done) {
        calls.close();
      }
    }
  }

  /**
   * Uses a loop that the builder of a new task has put there, with an area that is mapped already.
   * Closing it changes nothing: the builder sets the thread's last registers itself.
   *
   * @param regs general registers to start from (segments and flags count)
   */
  @MustBeClosed
  public static RemoteSyscalls resident(
      Tracee tracee,
      RemoteMemory memory,
      long codeAddress,
      RemoteMap area,
      int stopSignal,
      UserRegs regs)
      throws CkptException {
    RemoteSyscalls calls =
        new RemoteSyscalls(
            tracee, SeccompGate.OPEN, memory, codeAddress, stopSignal, regs, tracee.sigmask());
    calls.area = area;
    calls.image = NativeBuffer.allocate(Math.toIntExact(area.lenBytes()));
    tracee.setSigmask(~Signals.bit(stopSignal));
    return calls;
  }

  private void mapArea() throws CkptException {
    entered = true;
    // Registers first, then the mask: if we die in between, the code runs with the task's own
    // mask and handlers run on its own stack as ever.
    tracee.setRegs(
        oldRegs
            .with(UserRegs.RIP, code + LoopCode.firstOffset())
            .with(UserRegs.EFLAGS, oldRegs.get(UserRegs.EFLAGS) & ~TRACE_FLAG)
            .with(UserRegs.ORIG_RAX, -1)
            .with(UserRegs.RAX, SyscallNumbers.MMAP)
            .with(UserRegs.RDI, 0)
            .with(UserRegs.RSI, LIVE_AREA_BYTES)
            .with(UserRegs.RDX, PROT_READ_WRITE)
            .with(UserRegs.R10, MAP_PRIVATE_ANONYMOUS)
            .with(UserRegs.R8, -1)
            .with(UserRegs.R9, 0)
            .with(UserRegs.R12, 0)
            .with(UserRegs.R13, LIVE_AREA_BYTES)
            .with(UserRegs.R14, 0)
            .with(UserRegs.R15, tracee.thread().own())
            .with(UserRegs.RBP, 0));
    tracee.setSigmask(stopSignal == StopSignal.NONE ? -1 : ~Signals.bit(stopSignal));
    UserRegs stopped = runToStop(NOWHERE);
    long address = stopped.get(UserRegs.R12);
    if (stopped.get(UserRegs.R13) == 0) {
      throw new SyscallException(
          tracee.toString(), "mmap", "our area in the target", (int) -address);
    }
    area = new RemoteMap(address, LIVE_AREA_BYTES);
    image = NativeBuffer.allocate(LIVE_AREA_BYTES);
  }

  /** Where the table and the data of batches stand in the target. */
  public RemoteMap area() {
    return area;
  }

  /** A new, empty batch; the one before it is no longer valid. */
  public Batch batch() {
    return new Batch(area, image, MAX_CALLS);
  }

  /**
   * The number, as we see it, of the last process or thread that it made; 0 when it made none.
   *
   * <p>NB: what clone3(2) returns is the number in the namespace of whoever called it.
   */
  public int lastChild() {
    return lastChild;
  }

  /** What we do ourselves in the middle of a batch. */
  @FunctionalInterface
  public interface Pause {
    /** Does it. */
    void run() throws CkptException;
  }

  /**
   * Adds a pause to a batch: there the thread stops for the tracer as it does at the end. When the
   * tracer is dead it does not, and makes the calls behind it at once. So what is set before a
   * pause and taken back behind it is taken back whatever becomes of us.
   *
   * @return for {@link #run(Batch, Batch.Result, Pause)}
   */
  public Batch.Result pause(Batch batch) {
    // NB: where a filter has it fail, the calls behind it must be made all the same.
    return batch.tryCall(
        "tgkill(pause)",
        SyscallNumbers.TGKILL,
        tracee.process().own(),
        tracee.thread().own(),
        stopSignal);
  }

  /**
   * Makes the calls of a batch.
   *
   * @throws SyscallException when a call that may not fail did; those after it were not made
   */
  public void run(Batch batch) throws CkptException {
    if (batch.isEmpty()) {
      batch.completed(0);
      return;
    }
    batch.admit(gate);
    enter(batch, 0);
    runToEnd(batch);
  }

  /**
   * Makes the calls of a batch with a pause in it. What fails in the pause is thrown when the batch
   * is over, for the calls behind it take back what those before it set.
   */
  public void run(Batch batch, Batch.Result at, Pause pause) throws CkptException {
    try (HeldBatch held = hold(batch, at)) {
      pause.run();
    }
  }

  /** Makes the calls of a batch up to a pause in it, where the thread stands until it is closed. */
  @MustBeClosed
  public HeldBatch hold(Batch batch, Batch.Result at) throws CkptException {
    batch.admit(gate);
    return HeldBatch.begin(this, batch, at);
  }

  /** Sends a batch, and lets the thread make its calls from one on. */
  void enter(Batch batch, int from) throws CkptException {
    // The used part of the table and the data are two pieces; what lies between is not sent.
    writeArea(0, batch.tableUsedBytes());
    writeArea(batch.tableBytes(), batch.usedBytes() - batch.tableBytes());
    tracee.setRegs(
        oldRegs
            .with(UserRegs.RIP, code + LoopCode.loopOffset())
            .with(UserRegs.EFLAGS, oldRegs.get(UserRegs.EFLAGS) & ~TRACE_FLAG)
            .with(UserRegs.ORIG_RAX, -1)
            .with(UserRegs.RBX, batch.entry(from))
            .with(UserRegs.RBP, batch.nrCalls() - from)
            .with(UserRegs.R12, area.address())
            .with(UserRegs.R13, site == null ? 0 : area.lenBytes())
            .with(UserRegs.R14, 0)
            .with(UserRegs.R15, tracee.thread().own()));
  }

  /**
   * Lets the thread go on to a pause.
   *
   * @return false if it came to the batch's end instead, where a call before the pause has failed
   */
  boolean runToPause(Batch batch, int at) throws CkptException {
    UserRegs stopped = runToStop(batch.entry(at));
    readBack(batch);
    if (isAt(stopped, batch.entry(at))) {
      return true;
    }
    complete(batch, stopped);
    return false;
  }

  /** Lets it go on to the batch's end. */
  void runToEnd(Batch batch) throws CkptException {
    UserRegs stopped = runToStop(NOWHERE);
    readBack(batch);
    complete(batch, stopped);
  }

  private void readBack(Batch batch) throws CkptException {
    readArea(0, batch.tableUsedBytes());
    readArea(batch.tableBytes(), batch.usedBytes() - batch.tableBytes());
    batch.answered();
  }

  private void complete(Batch batch, UserRegs stopped) throws SyscallException {
    batch.completed((int) stopped.get(UserRegs.R14));
    if (batch.failed()) {
      throw new SyscallException(
          tracee.toString(),
          batch.failedCall(),
          batch.failedArguments(),
          (int) -batch.failedResult());
    }
  }

  private void writeArea(int offset, int lenBytes) throws CkptException {
    if (lenBytes > 0
        && memory.write(area.address() + offset, image.address(offset), lenBytes) != lenBytes) {
      throw new SyscallException(
          tracee.toString(), "process_vm_writev", "our area in the target", Errno.EFAULT);
    }
  }

  private void readArea(int offset, int lenBytes) throws CkptException {
    if (lenBytes > 0
        && memory.read(area.address() + offset, image.address(offset), lenBytes) != lenBytes) {
      throw new SyscallException(
          tracee.toString(), "process_vm_readv", "our area in the target", Errno.EFAULT);
    }
  }

  /**
   * Lets the thread run to the end of what it has to do.
   *
   * @param pause address of the table entry at which it stops before; {@link #NOWHERE} for none
   */
  private UserRegs runToStop(long pause) throws CkptException {
    Deadline deadline = Deadline.in(PATIENCE);
    return stopSignal == StopSignal.NONE
        ? stepToStop(deadline, pause)
        : runToSignal(deadline, pause);
  }

  /** Whether it stands right after the call of a table entry. */
  private boolean isAt(UserRegs regs, long entry) {
    return entry != NOWHERE
        && regs.ip() == code + LoopCode.calledOffset()
        && regs.get(UserRegs.RBX) == entry;
  }

  private UserRegs runToSignal(Deadline deadline, long pause) throws CkptException {
    tracee.cont(0);
    while (true) {
      Stop stop = await(deadline);
      if (stop.kind() == Stop.Kind.SIGNAL && stop.detail() == stopSignal) {
        UserRegs regs = tracee.regs();
        if (regs.ip() == code + LoopCode.raisedOffset() || isAt(regs, pause)) {
          return regs;
        }
        // It is somebody else's, and the task ignores it anyway.
        tracee.cont(0);
      } else {
        passOn(stop);
        tracee.cont(stop.kind() == Stop.Kind.SIGNAL ? stop.detail() : 0);
      }
    }
  }

  /** For a task that has a handler for everything: two stops for every call, no signal sent. */
  private UserRegs stepToStop(Deadline deadline, long pause) throws CkptException {
    tracee.contToSyscall(0);
    while (true) {
      Stop stop = await(deadline);
      if (stop.kind() == Stop.Kind.SYSCALL) {
        UserRegs regs = tracee.regs();
        boolean entry = regs.get(UserRegs.RAX) == -Errno.ENOSYS;
        if (!entry && (regs.ip() == code + LoopCode.raisedOffset() || isAt(regs, pause))) {
          return regs;
        }
        tracee.contToSyscall(0);
      } else {
        passOn(stop);
        tracee.contToSyscall(stop.kind() == Stop.Kind.SIGNAL ? stop.detail() : 0);
      }
    }
  }

  /**
   * Accepts what may come meanwhile: SIGSTOP, which nobody can block, and the stop it makes; the
   * birth of a child that is traced.
   */
  private void passOn(Stop stop) throws CkptException {
    if (stop.isEnd()) {
      throw new TargetGoneException(tracee.pid(), "run system calls in it");
    }
    if (stop.kind() == Stop.Kind.EVENT) {
      lastChild = Math.toIntExact(tracee.eventMessage());
    }
    if (stop.kind() == Stop.Kind.SIGNAL && stop.detail() != Signals.SIGSTOP) {
      throw new SyscallException(
          tracee.toString(), "remote system calls", stop + " at " + tracee.regs(), Errno.EFAULT);
    }
  }

  private Stop await(Deadline deadline) throws CkptException {
    return tracee
        .awaitStop(deadline)
        .orElseThrow(
            () ->
                new SyscallException(
                    tracee.toString(), "remote system calls", "no answer in time", Errno.EAGAIN));
  }

  /** Puts everything back as it was found; nothing on a thread that is gone. */
  @Override
  public void close() throws CkptException {
    if (closed || site == null || tracee.ended()) {
      return;
    }
    closed = true;
    try {
      if (entered) {
        leave();
      }
      site.clear(memory);
      if (gate.isFiltered()) {
        tracee.setOptions(FrozenTask.TRACE_OPTIONS);
      }
    } catch (TargetGoneException e) {
      // Nothing to put back.
      closed = true;
    }
  }

  private void leave() throws CkptException {
    if (area != null) {
      tracee.setRegs(
          oldRegs
              .with(UserRegs.RIP, code + LoopCode.raisedOffset())
              .with(UserRegs.EFLAGS, oldRegs.get(UserRegs.EFLAGS) & ~TRACE_FLAG)
              .with(UserRegs.ORIG_RAX, -1)
              .with(UserRegs.RBP, 0)
              .with(UserRegs.R12, area.address())
              .with(UserRegs.R13, area.lenBytes())
              .with(UserRegs.R15, tracee.thread().own()));
      runToStop(NOWHERE);
    }
    if (stopSignal == StopSignal.NONE) {
      // Only from a signal or interrupt stop does the kernel restart the interrupted call.
      tracee.interrupt();
      tracee.cont(0);
      Stop.Kind kind = await(Deadline.in(PATIENCE)).kind();
      // After a SIGSTOP that came meanwhile, the stop we asked for is reported as a group stop.
      while (kind != Stop.Kind.INTERRUPTED && kind != Stop.Kind.GROUP_STOP) {
        tracee.cont(0);
        kind = await(Deadline.in(PATIENCE)).kind();
      }
    }
    tracee.setSigmask(oldMask);
    tracee.setRegs(SyscallRestart.forLiveThread(oldRegs));
  }
}
