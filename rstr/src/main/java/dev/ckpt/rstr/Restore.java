package dev.ckpt.rstr;

import dev.ckpt.core.backend.Backends;
import dev.ckpt.core.backend.PageFiller;
import dev.ckpt.core.backend.Target;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.TaskState;
import dev.ckpt.core.timing.Timeline;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.core.tracee.Deadline;
import dev.ckpt.core.tracee.Host;
import dev.ckpt.core.tracee.RemoteMap;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.core.tracee.Stub;
import dev.ckpt.core.tracee.TaskId;
import dev.ckpt.core.tracee.Tracee;
import dev.ckpt.core.tracee.Tracer;
import dev.ckpt.core.tracee.x86_64.LoopCode;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.core.tracee.x86_64.Xstate;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.PageStream;
import dev.ckpt.format.record.CpuX86_64;
import dev.ckpt.format.record.Task;
import dev.ckpt.format.record.TaskThread;
import dev.ckpt.format.record.Vma;
import dev.ckpt.rstr.file.Files;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Builds one task, step by step, on the tracer's thread. Until the last step everything that was
 * made dies with that thread (EXITKILL).
 */
final class Restore {
  /** What each of its threads is traced with. */
  static final int TRACE_OPTIONS =
      Ptrace.O_EXITKILL
          | Ptrace.O_TRACESYSGOOD
          | Ptrace.O_TRACEFORK
          | Ptrace.O_TRACEVFORK
          | Ptrace.O_TRACECLONE;

  private static final Duration DYING = Duration.ofSeconds(1);
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int PROT_READ_EXEC = 5;
  private static final int PROT_READ_WRITE = 3;

  private final ImageState state;
  private final RestartOptions options;
  private final int ttyFd;
  private final TimeNamespace clocks;
  private final VdsoMapping vdso;
  private final Task task;
  private final NewMemory memory;
  private final PageFiller.Provider backend;
  private final Timeline timeline;
  private final List<String> notes = new ArrayList<>();
  private long nrPages;
  private Foreground job;
  private Optional<PidNamespace> namespace = Optional.empty();
  private Optional<Tracee> born = Optional.empty();
  private Optional<RstrContext> built = Optional.empty();

  /**
   * A restore.
   *
   * @param memory where the contents of the task's memory come from, and when
   */
  Restore(Checks checks, NewMemory memory, Timeline timeline) throws CkptException {
    this.state = checks.state();
    this.options = checks.options();
    this.ttyFd = checks.ttyFd();
    this.clocks = checks.clocks();
    this.vdso = checks.vdso();
    this.backend = Backends.pageFiller(options.backend());
    this.memory = memory;
    this.timeline = timeline;
    this.task = state.only(Task.class);
    this.job = Foreground.without(task.pid());
  }

  List<String> notes() {
    return notes;
  }

  /** By which numbers we and the task itself know it, once it is born. */
  TaskId pid() {
    return born.map(Tracee::process).orElseThrow();
  }

  /** The task as a job to wait for. */
  Foreground job() {
    return job;
  }

  long nrPages() {
    return nrPages;
  }

  /**
   * Does it; the task runs when this returns.
   *
   * @param stub its parent or elder sibling to be, started by a thread that lives on: when the
   *     thread ends that is its parent, the kernel sends the task its parent-death signal
   */
  Void run(Tracer tracer, Stub stub) throws IOException {
    Tracee stubTracee = seizeStub(tracer, stub);
    refuseOtherCpu(stubTracee);
    timeline.end("stub");
    try {
      UserRegs userRegs = stubTracee.regs();
      Tracee leader = bear(tracer, stubTracee);
      // A detached task goes to its new parent now, before it has a parent-death signal.
      stub.close();
      timeline.end("birth");
      build(userRegs, leader);
    } catch (IOException e) {
      IOException reason = explain(e);
      giveUp(reason);
      throw reason;
    } catch (RuntimeException | Error e) {
      giveUp(e);
      throw e;
    }
    return null;
  }

  /** The failure itself, or that somebody has ended the new task when a call failed for that. */
  private IOException explain(IOException failure) {
    if (built.isEmpty() || !(failure instanceof SyscallException)) {
      return failure;
    }
    int pid = pid().ours();
    TargetGoneException gone = new TargetGoneException(pid, "rebuild it");
    gone.initCause(failure);
    try {
      return ended(pid) ? gone : failure;
    } catch (CkptException e) {
      gone.addSuppressed(e);
      return gone;
    }
  }

  /** NB: while the kernel ends it, its memory is gone and it has not ended; else it is stopped. */
  private static boolean ended(int pid) throws CkptException {
    Deadline deadline = Deadline.in(DYING);
    TaskState now = ProcFs.of(pid).stat().state();
    while (!now.ended() && now != TaskState.TRACING_STOP && !deadline.passed()) {
      deadline.pause();
      now = ProcFs.of(pid).stat().state();
    }
    return now.ended();
  }

  /** Leaves nothing behind; what goes wrong with that must not hide why. */
  private void giveUp(Throwable reason) {
    try {
      abandon();
    } catch (CkptException | RuntimeException e) {
      reason.addSuppressed(e);
    }
    built.ifPresent(context -> context.undo(reason));
  }

  private Tracee seizeStub(Tracer tracer, Stub stub) throws CkptException {
    Tracee tracee = Tracee.seize(tracer, stub.pid(), stub.pid(), TRACE_OPTIONS);
    tracee.interrupt();
    Threads.awaitBirth(tracee);
    return tracee;
  }

  private void refuseOtherCpu(Tracee stub) throws CkptException {
    byte[] ours = stub.xstate();
    CpuX86_64 theirs = state.all(CpuX86_64.class).get(0);
    long missing = theirs.xfeatures() & ~Xstate.features(ours);
    if (missing != 0 || ours.length != theirs.xsave().length()) {
      throw new UnsupportedStateException(
          List.of(
              new Refusal(
                  RefusalCode.CPU_DIFFERS,
                  "extended state of "
                      + theirs.xsave().length()
                      + " bytes with features 0x"
                      + Long.toHexString(theirs.xfeatures())
                      + ", here "
                      + ours.length
                      + " bytes without 0x"
                      + Long.toHexString(missing),
                  "restore it on a machine with the same CPU features")));
    }
  }

  /** Has the stub make the new process, as its child or as its sibling, with the old pid. */
  private Tracee bear(Tracer tracer, Tracee stub) throws CkptException {
    boolean sibling = !options.detach();
    int number;
    try (RemoteMemory memory = RemoteMemory.open(stub.pid(), options.hook());
        RemoteSyscalls calls = Stub.calls(stub, memory)) {
      clocks.enter(stub.pid(), calls);
      if (options.pids() == PidPolicy.NAMESPACE) {
        enterNamespace(stub, calls);
      }
      Batch batch = calls.batch();
      int wanted = options.pids() == PidPolicy.NEW ? Clone3.ANY_TID : task.pid();
      Clone3.add(batch, sibling ? Clone3.CLONE_PARENT : 0, sibling ? 0 : Signals.SIGCHLD, wanted);
      calls.run(batch);
      number = calls.lastChild();
    } catch (SyscallException e) {
      throw birthFailed(e);
    }
    TaskId pid =
        options.pids() == PidPolicy.NEW ? TaskId.same(number) : new TaskId(number, task.pid());
    Tracee leader = Tracee.attached(tracer, pid, pid);
    born = Optional.of(leader);
    Threads.awaitBirth(leader);
    if (namespace.isPresent()) {
      namespace.get().watch(task.pid());
    }
    return leader;
  }

  private void enterNamespace(Tracee stub, RemoteSyscalls calls) throws CkptException {
    try {
      namespace = Optional.of(PidNamespace.begin(stub, calls, options));
      namespace.get().prepare();
    } catch (SyscallException e) {
      throw PidNamespace.failed(e);
    }
  }

  private CkptException birthFailed(SyscallException e) {
    return birthFailed(e, task.pid());
  }

  /** What it means that a task could not be made under its number. */
  static CkptException birthFailed(SyscallException e, int tid) {
    if (e.errno() == Errno.EEXIST) {
      return new UnsupportedStateException(List.of(PidHolder.refusal(tid)));
    }
    if (e.errno() == Errno.EPERM) {
      return new UnsupportedStateException(
          List.of(
              new Refusal(
                  RefusalCode.NO_RIGHT_TO_PIDS,
                  "pid " + tid + " cannot be chosen",
                  "run as root or with CAP_CHECKPOINT_RESTORE")));
    }
    return e;
  }

  private void build(UserRegs userRegs, Tracee leader) throws IOException {
    long taken = SignalState.pendingMask(state) | PosixTimers.signalMask(state);
    try (RemoteMemory memory = RemoteMemory.open(leader.pid(), options.hook());
        Fd pidfd = Tasks.pidfdOpen(leader.pid())) {
      RstrContext context =
          new RstrContext(
              state,
              options,
              clocks,
              vdso,
              leader,
              memory,
              pidfd,
              new Layout(state.all(Vma.class)),
              userRegs,
              Threads.freeSignal(taken));
      built = Optional.of(context);
      settle(context);
      TaskStruct.restoreProcFiles(context);
      timeline.end("settle");
      Threads threads = new Threads(context);
      try (RemoteSyscalls calls = context.callsOf(leader)) {
        populate(context, new BatchRunner(calls), threads);
      }
      timeline.end("threads");
      Creds.verify(context);
      RestartBlocks blocks = RestartBlocks.restore(context, threads);
      threads.setRegisters(blocks);
      LastCall.unmapOurs(context);
      threads.setRegisters(blocks);
      blocks.standReady(context);
      timeline.end("registers");
      Cgroups.restore(context);
      TaskStruct.restoreAutogroup(context);
      Scheduling.restore(context);
      GroupStop.restore(context);
      notes.addAll(context.notes());
      options.progress().over();
      job = Foreground.begin(state, options, leader.pid(), init());
      context.finish();
      timeline.end("finish");
      options.gate().commit();
      if (namespace.isPresent()) {
        namespace.get().letGo();
      }
      threads.letGo();
      timeline.end("letGo");
    }
  }

  /** The init that is our child, too. */
  private OptionalInt init() {
    return namespace.isPresent() ? OptionalInt.of(namespace.get().init()) : OptionalInt.empty();
  }

  /** Maps our code and area into the new process, while it still is a copy of the stub. */
  private void settle(RstrContext context) throws CkptException {
    try (RemoteSyscalls calls = Stub.calls(context.leader(), context.memory())) {
      BatchRunner run = new BatchRunner(calls);
      map(run, context.code(), PROT_READ_EXEC);
      map(run, context.area(), PROT_READ_WRITE);
      run.flush();
    }
    LoopCode code = new LoopCode().stopWith(context.leader().process().own(), context.stopSignal());
    context.memory().writeForced(context.code().address(), code.toByteArray());
  }

  private static void map(BatchRunner run, RemoteMap range, int prot) throws CkptException {
    run.call(
        "mmap",
        SyscallNumbers.MMAP,
        range.address(),
        range.lenBytes(),
        prot,
        MAP_PRIVATE_ANONYMOUS | AddressSpace.MAP_FIXED_NOREPLACE,
        -1,
        0);
  }

  private void populate(RstrContext context, BatchRunner run, Threads threads) throws IOException {
    MemoryObjects objects = new MemoryObjects(context, run);
    AddressSpace space = new AddressSpace(context, run, objects);
    TaskStruct.raiseNrFiles(run);
    TaskStruct.restoreSession(context, run);
    Files.closeInherited(context, run, ttyFd);
    TaskStruct.restoreMemoryMerge(context, run);
    space.empty();
    ProtectionKeys keys = new ProtectionKeys(context, run);
    keys.allocate();
    space.map();
    timeline.end("map");
    PageStream pages = memory.pages(context);
    // NB: the task cannot fill what a userfaultfd of its own watches: nobody would serve its
    // faults.
    boolean copies = !backend.asksTask();
    fill(context, objects, pages, new Staging(context, run, memory::comesLater, copies));
    memory.serveRest(context, run);
    timeline.end("pages");
    objects.finishFiles();
    objects.seal();
    space.mapLate();
    objects.finish();
    space.finish();
    keys.restore();
    NewPid.restore(context);
    timeline.end("memory");
    LoginUser.restore(context, run);
    SecurityLabel.compare(context);
    SeccompFilters.restore(context, run, threads);
    GhostFolders folders = new GhostFolders(context, run);
    folders.create();
    new Files(context, run, objects, folders).restore();
    TaskStruct.restore(context, run, folders.working());
    folders.remove();
    timeline.end("files");
    SignalState.restore(context, run);
    LockedMemory.restore(context, run);
    space.seal();
    TaskStruct.restoreMmSettings(context, run);
    TaskStruct.restoreLimits(context, run);
    threads.restoreOwn();
    Timers.restore(context, run);
    PosixTimers.restore(context, run);
    threads.restoreOwn(run, leaderThread());
    TaskStruct.restoreDumpable(context, run);
  }

  private void fill(RstrContext context, MemoryObjects objects, PageStream pages, Staging staging)
      throws IOException {
    try (Pages filled = new Pages(context, objects, staging)) {
      fill(context, filled, pages);
      // NB: behind the fillers, which may hold a batch of the task's.
      filled.finish();
      nrPages = filled.nrPages();
    }
  }

  private void fill(RstrContext context, Pages filled, PageStream pages) throws IOException {
    int pid = context.leader().pid();
    if (backend.asksTask()) {
      Host host = memory -> context.callsOf(context.leader());
      Target target = new Target(pid, context.memory(), Optional.of(host));
      // NB: a thread beside it would take the task's CPU where there are two.
      try (PageFiller ours = backend.open(target)) {
        filled.fill(pages, ours, Optional.empty());
      }
      return;
    }
    try (RemoteMemory beside = RemoteMemory.open(pid, options.hook());
        PageFiller ours = backend.open(new Target(pid, context.memory()));
        PageFiller theirs = backend.open(new Target(pid, beside))) {
      filled.fill(pages, ours, Optional.of(theirs));
    }
  }

  private TaskThread leaderThread() {
    return state.all(TaskThread.class).stream()
        .filter(thread -> thread.tid() == task.pid())
        .findFirst()
        .orElseThrow();
  }

  /** Ends what was begun and waits until it is gone, so that its pid is free again. */
  private void abandon() throws CkptException {
    try {
      job.close();
    } finally {
      endTask();
    }
  }

  /** NB: an init ends only when everybody else in its namespace was waited for. */
  private void endTask() throws CkptException {
    try {
      if (born.isPresent()) {
        Abandoned.end(born.get().pid());
      } else if (options.pids() == PidPolicy.OLD) {
        // It may be there although we have not seen its birth.
        Abandoned.end(task.pid());
      }
    } finally {
      if (namespace.isPresent()) {
        Abandoned.end(namespace.get().init());
      }
    }
  }
}
