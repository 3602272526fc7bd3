package dev.ckpt.core.tracee;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.tracee.x86_64.LoopCode;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.error.CkptException;
import java.time.Duration;
import java.util.Optional;

/**
 * Leads a thread home that a killed dump left in our code. One of a task that runs gets there by
 * itself. One of a task that is stopped by a job-control signal was stopped again when its tracer
 * died, wherever it was, and would go home only when somebody continues it.
 *
 * <p>It goes from system call to system call and never runs an instruction of its program: behind
 * the last call of our code we load the registers that the code would have loaded. If we die on the
 * way, it is stopped again where it is.
 *
 * <p>NB: no single steps. A thread that is stopped in one when its tracer dies keeps the trap flag,
 * and dies of SIGTRAP when it goes on.
 */
final class Homecoming {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Tracee tracee;
  private final CodeSite site;

  private Homecoming(Tracee tracee, CodeSite site) {
    this.tracee = tracee;
    this.site = site;
  }

  /**
   * Does it.
   *
   * @return whether it is home; not if the code is another version's
   */
  static boolean lead(Tracee tracee, RemoteMemory memory, CodeSite site) throws CkptException {
    Optional<LoopCode> code = site.left(memory);
    if (code.isEmpty()) {
      return false;
    }
    int signal = code.get().stopSignal();
    // It may have died before its signals were blocked; none is to be delivered on the way.
    tracee.setSigmask(signal == StopSignal.NONE ? -1 : ~Signals.bit(signal));
    Homecoming homecoming = new Homecoming(tracee, site);
    if (!homecoming.onlyLoads()) {
      homecoming.runToLastCall();
    }
    tracee.setRegs(code.get().homeRegs(tracee.regs()));
    tracee.setSigmask(code.get().homeMask());
    return true;
  }

  private boolean onlyLoads() throws CkptException {
    return tracee.regs().ip() >= site.address() + LoopCode.unmaskedOffset();
  }

  private void runToLastCall() throws CkptException {
    Deadline deadline = Deadline.in(PATIENCE);
    tracee.contToSyscall(0);
    while (true) {
      Stop stop = tracee.awaitStop(deadline).orElseThrow(this::lost);
      if (stop.isEnd()) {
        throw new TargetGoneException(tracee.pid(), "lead thread " + tracee.tid() + " home");
      }
      // At its entry a call stands behind its instruction too.
      boolean entry = tracee.regs().get(UserRegs.RAX) == -Errno.ENOSYS;
      if (stop.kind() == Stop.Kind.SYSCALL && !entry && onlyLoads()) {
        return;
      }
      boolean stops = stop.kind() == Stop.Kind.SIGNAL && stop.detail() == Signals.SIGSTOP;
      tracee.contToSyscall(stops ? Signals.SIGSTOP : 0);
    }
  }

  private SyscallException lost() {
    return new SyscallException(
        tracee.toString(), "lead it home", "no answer in time", Errno.EAGAIN);
  }
}
