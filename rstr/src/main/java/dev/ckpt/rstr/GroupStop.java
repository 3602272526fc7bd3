package dev.ckpt.rstr;

import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.tracee.Stop;
import dev.ckpt.core.tracee.Tracee;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.Sigactions;
import dev.ckpt.format.record.Task;

/**
 * Stops a task again that a job-control signal had stopped, before it is let go: its first thread
 * takes the signal while all are still traced. The kernel then stops each thread as it is detached,
 * and none runs an instruction of its own.
 *
 * <p>Source: {@code kernel/signal.c} do_signal_stop, {@code kernel/ptrace.c} __ptrace_unlink.
 */
final class GroupStop {
  private static final long SIG_DFL = 0;

  private GroupStop() {}

  /** Does it; the threads have their registers and masks. */
  static void restore(RstrContext context) throws CkptException {
    Task task = context.state().task();
    if (task.stopSignal() == 0) {
      return;
    }
    Tracee leader = context.leader();
    int signal = signalFor(context);
    long mask = leader.sigmask();
    // Others that wait would be delivered before it, or instead of it.
    leader.setSigmask(~Signals.bit(signal));
    Signals.kill(leader.pid(), signal);
    leader.cont(0);
    leader.expectStop(Stop.Kind.SIGNAL, "stop it again");
    leader.cont(signal);
    leader.expectStop(Stop.Kind.GROUP_STOP, "stop it again");
    leader.setSigmask(mask);
    context
        .notes()
        .add("stopped: as it was when it was dumped; kill -CONT " + leader.pid() + " continues it");
  }

  /**
   * The signal that had stopped it, as its parent sees it. NB: the kernel drops all but SIGSTOP for
   * a process group that nobody could continue (setpgid(2)), as that of a new session.
   */
  private static int signalFor(RstrContext context) throws CkptException {
    Task task = context.state().task();
    boolean orphaned = context.options().detach() || (task.flags() & Task.SESSION_LEADER) != 0;
    Sigactions actions = context.state().only(Sigactions.class);
    boolean stops = actions.actions().get(task.stopSignal() - 1).handler() == SIG_DFL;
    return stops && !orphaned ? task.stopSignal() : Signals.SIGSTOP;
  }
}
