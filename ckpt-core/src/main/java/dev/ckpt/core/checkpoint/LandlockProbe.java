package dev.ckpt.core.checkpoint;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.KernelFeatures;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.TouchHook;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.Status;
import dev.ckpt.core.thread.Outcome;
import dev.ckpt.core.thread.SideThread;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.RemoteCall;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.core.tracee.Stop;
import dev.ckpt.core.tracee.Stub;
import dev.ckpt.core.tracee.Tracee;
import dev.ckpt.core.tracee.Tracer;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;

/**
 * Finds out whether threads are in a Landlock domain, which no file shows and no call tells.
 *
 * <p>A thread in a domain may not look at processes outside of it ({@code hook_ptrace_access_check}
 * in security/landlock/task.c). So it is asked to look, by kcmp(2), at a process of ours that has
 * its real ids and no rights, which nothing else forbids.
 */
final class LandlockProbe implements AutoCloseable {
  private static final int LINUX_CAPABILITY_VERSION_3 = 0x20080522;
  private static final int CAP_HEADER_BYTES = 8;
  private static final int CAP_DATA_BYTES = 24;
  private static final int PR_SET_DUMPABLE = 4;

  /** All that is asked of a thread. */
  static final List<RemoteCall> QUESTIONS =
      List.of(RemoteCall.question("kcmp", SyscallNumbers.KCMP));

  private static final String FAILED = "a process for comparison cannot be made";

  /** Whom a process belongs to, as kcmp(2) compares it. */
  private record Owner(int uid, int gid) {
    static Owner of(Status status) {
      return new Owner(status.uid().real(), status.gid().real());
    }

    // Written out: see Index.Entry.
    @Override
    public boolean equals(Object other) {
      return other instanceof Owner that && uid == that.uid && gid == that.gid;
    }

    @Override
    public int hashCode() {
      return 31 * uid + gid;
    }
  }

  /** The process to look at; it stays stopped until it is closed. */
  private static final class Bystander implements AutoCloseable {
    private final Tracer tracer = Tracer.start(Tasks.self(), TouchHook.NONE);
    private final Stub stub;

    @MustBeClosed
    // What is opened here belongs to this object.
    @SuppressWarnings("MustBeClosedChecker")
    Bystander(Owner owner) throws IOException {
      stub = start();
      boolean done = false;
      try {
        tracer.run(thread -> become(thread, owner));
        done = true;
      } finally {
        if (!done) {
          close();
        }
      }
    }

    /** NB: a stub ends with the thread that starts it: it must be one that does not end soon. */
    @MustBeClosed
    // What is opened here belongs to what is returned.
    @SuppressWarnings("MustBeClosedChecker")
    private Stub start() throws IOException {
      boolean done = false;
      try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDWR)) {
        Stub started = tracer.run(thread -> Stub.start(nothing.number()));
        done = true;
        return started;
      } finally {
        if (!done) {
          tracer.close();
        }
      }
    }

    private Void become(Tracer thread, Owner owner) throws CkptException {
      Tracee tracee = Tracee.seize(thread, stub.pid(), stub.pid(), Ptrace.O_EXITKILL);
      tracee.interrupt();
      tracee.expectStop(Stop.Kind.INTERRUPTED, "PTRACE_INTERRUPT");
      try (RemoteMemory memory = RemoteMemory.open(stub.pid(), TouchHook.NONE);
          RemoteSyscalls calls = Stub.calls(tracee, memory)) {
        Batch batch = calls.batch();
        Batch.Data header = batch.space(CAP_HEADER_BYTES);
        batch.putInt(header, 0, LINUX_CAPABILITY_VERSION_3);
        Batch.Data nothing = batch.space(CAP_DATA_BYTES);
        // Who is not root has these ids already; where they cannot be had, the look will fail.
        batch.tryCall("setresgid", SyscallNumbers.SETRESGID, owner.gid(), owner.gid(), owner.gid());
        batch.tryCall("setresuid", SyscallNumbers.SETRESUID, owner.uid(), owner.uid(), owner.uid());
        batch.call("capset", SyscallNumbers.CAPSET, header, nothing);
        batch.call("prctl(PR_SET_DUMPABLE)", SyscallNumbers.PRCTL, PR_SET_DUMPABLE, 1);
        calls.run(batch);
      }
      return null;
    }

    @Override
    public void close() throws CkptException {
      tracer.close();
      stub.close();
    }
  }

  private final boolean possible = KernelFeatures.hasLandlock();
  private final Map<Owner, Future<Bystander>> bystanders = new HashMap<>();

  private LandlockProbe() {}

  /**
   * Begins to make, on a thread of its own, what the threads will most probably be asked about: to
   * start a process takes longer than to look at one.
   */
  @MustBeClosed
  static LandlockProbe beside(int pid) throws CkptException {
    LandlockProbe probe = new LandlockProbe();
    if (probe.possible) {
      probe.bystander(Owner.of(ProcFs.of(pid).status()));
    }
    return probe;
  }

  /** The question for one thread: 0 when it may look, or minus an error number. */
  Batch.Result ask(Batch batch, Status thread) throws CkptException {
    int other =
        possible ? Outcome.of(bystander(Owner.of(thread)), FAILED).stub.pid() : thread.pid();
    return batch.tryCall(
        "kcmp", SyscallNumbers.KCMP, other, other, Tasks.KcmpType.VM.ordinal(), 0, 0);
  }

  private Future<Bystander> bystander(Owner owner) {
    return bystanders.computeIfAbsent(owner, LandlockProbe::make);
  }

  // What is opened here belongs to this object.
  @SuppressWarnings("MustBeClosedChecker")
  private static Future<Bystander> make(Owner owner) {
    return SideThread.once("bystander", () -> new Bystander(owner));
  }

  /** Refuses a thread that may not look; or that cannot be asked, but has given up privileges. */
  void refuse(Status thread, long answer, Refusals refusals) {
    boolean unasked = answer == -Errno.ENOSYS && !thread.noNewPrivs();
    refusals.addIf(
        possible && answer != 0 && !unasked,
        RefusalCode.LANDLOCK,
        "thread "
            + thread.pid()
            + " is in a Landlock domain: it may not look at a process of its own user (error "
            + -answer
            + ")",
        "start it without");
  }

  @Override
  public void close() throws CkptException {
    for (Future<Bystander> bystander : bystanders.values()) {
      end(bystander);
    }
    bystanders.clear();
  }

  private static void end(Future<Bystander> bystander) throws CkptException {
    Bystander made;
    try {
      made = Outcome.of(bystander, FAILED);
    } catch (CkptException e) {
      // Whoever needed it was told, with this very exception: thrown again it would hide itself.
      return;
    }
    made.close();
  }
}
