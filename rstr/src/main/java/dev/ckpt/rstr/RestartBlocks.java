package dev.ckpt.rstr;

import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.tracee.Stop;
import dev.ckpt.core.tracee.Tracee;
import dev.ckpt.core.tracee.x86_64.LoopCode;
import dev.ckpt.core.tracee.x86_64.RelativeTimeout;
import dev.ckpt.core.tracee.x86_64.SyscallRestart;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.CpuX86_64;
import dev.ckpt.format.record.RestartBlock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Gives threads that were in a call with a relative time-out a restart block of the kernel's own.
 *
 * <p>Nobody can write one. So each thread makes its call from our code, for the time that is left,
 * and is interrupted in it: now the kernel has noted until when it waits. When the thread goes on
 * from where the image has it, the kernel takes up the call by itself, as after any stop, and no
 * memory or register of the task was changed for it.
 */
final class RestartBlocks {
  private final Set<Integer> waiting = new HashSet<>();
  private final Map<Integer, Long> results = new HashMap<>();

  private RestartBlocks() {}

  /** Does it for all; afterwards each stands interrupted in our code. */
  static RestartBlocks restore(RstrContext context, Threads threads) throws CkptException {
    RestartBlocks blocks = new RestartBlocks();
    for (CpuX86_64 cpu : context.state().all(CpuX86_64.class)) {
      for (RestartBlock block : context.state().all(RestartBlock.class)) {
        if (block.tid() == cpu.tid()) {
          blocks.restore(context, threads.get(cpu.tid()), new UserRegs(cpu.regs()), block);
        }
      }
    }
    return blocks;
  }

  private void restore(RstrContext context, Tracee thread, UserRegs stopped, RestartBlock block)
      throws CkptException {
    long number = stopped.get(UserRegs.ORIG_RAX);
    long timespec = context.area().address();
    context.memory().writeForced(timespec, RelativeTimeout.timespec(block.leftNanos()));
    UserRegs call = RelativeTimeout.with(stopped, block.leftNanos(), timespec);
    thread.setSigmask(-1);
    thread.setRegs(
        context
            .userRegs()
            .with(UserRegs.RIP, context.code().address() + LoopCode.firstOffset())
            .with(UserRegs.ORIG_RAX, -1)
            .with(UserRegs.RAX, number)
            .with(UserRegs.RDI, call.get(UserRegs.RDI))
            .with(UserRegs.RSI, call.get(UserRegs.RSI))
            .with(UserRegs.RDX, call.get(UserRegs.RDX))
            .with(UserRegs.R10, call.get(UserRegs.R10))
            .with(UserRegs.R8, call.get(UserRegs.R8))
            .with(UserRegs.R9, call.get(UserRegs.R9)));
    thread.contToSyscall(0);
    thread.expectStop(Stop.Kind.SYSCALL, "restart block");
    // It stands at the entry of the call; asked to stop now it comes back from within.
    thread.interrupt();
    thread.cont(0);
    thread.expectStop(Stop.Kind.INTERRUPTED, "restart block");
    long result = thread.regs().get(UserRegs.RAX);
    if (result == -Errno.ERESTART_RESTARTBLOCK) {
      waiting.add(block.tid());
    } else if (!SyscallRestart.restarts(result)) {
      // There was nothing to wait for (any more): that is what the call says.
      results.put(block.tid(), result);
    }
  }

  /** The registers that a thread goes on with. */
  UserRegs regsOf(CpuX86_64 cpu) {
    UserRegs stopped = new UserRegs(cpu.regs());
    if (waiting.contains(cpu.tid())) {
      return stopped;
    }
    Long result = results.get(cpu.tid());
    return result == null
        ? SyscallRestart.forRestoredThread(stopped)
        : stopped.with(UserRegs.RAX, result).with(UserRegs.ORIG_RAX, -1);
  }

  /**
   * Stops the leader once more, without an instruction of its own: only from an interrupt stop does
   * the kernel look at restart blocks, and the leader has made our last call since.
   */
  void standReady(RstrContext context) throws CkptException {
    if (waiting.contains(context.state().task().pid())) {
      Tracee leader = context.leader();
      leader.interrupt();
      leader.cont(0);
      leader.expectStop(Stop.Kind.INTERRUPTED, "restart block");
    }
  }
}
