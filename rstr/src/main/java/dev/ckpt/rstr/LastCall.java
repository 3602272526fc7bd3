package dev.ckpt.rstr;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.RemoteMap;
import dev.ckpt.core.tracee.Stop;
import dev.ckpt.core.tracee.Tracee;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.error.CkptException;

/**
 * The call that takes our own code and area out of the new task. It cannot be made from that code,
 * so it borrows a syscall instruction of the vdso; the thread is stopped at its end, before the
 * instruction after it.
 */
final class LastCall {
  private LastCall() {}

  static void unmapOurs(RstrContext context) throws CkptException {
    Tracee leader = context.leader();
    UserRegs regs =
        context
            .userRegs()
            .with(UserRegs.RIP, syscallInstruction(context))
            .with(UserRegs.ORIG_RAX, -1)
            .with(UserRegs.RAX, SyscallNumbers.MUNMAP)
            .with(UserRegs.RDI, context.code().address())
            .with(UserRegs.RSI, context.area().end() - context.code().address());
    leader.setSigmask(-1);
    leader.setRegs(regs);
    awaitSyscallStop(leader);
    awaitSyscallStop(leader);
    long result = leader.regs().get(UserRegs.RAX);
    if (result != 0) {
      throw new SyscallException(leader.toString(), "munmap", "our own area", (int) -result);
    }
  }

  /** Entry, then exit. */
  private static void awaitSyscallStop(Tracee leader) throws CkptException {
    leader.contToSyscall(0);
    leader.expectStop(Stop.Kind.SYSCALL, "munmap");
  }

  private static long syscallInstruction(RstrContext context) throws CkptException {
    RemoteMap vdso = context.vdso().place();
    byte[] code = context.memory().readForced(vdso.address(), Math.toIntExact(vdso.lenBytes()));
    for (int i = 0; i + 1 < code.length; i++) {
      if (code[i] == 0x0f && code[i + 1] == 0x05) {
        return vdso.address() + i;
      }
    }
    throw new SyscallException(
        context.leader().toString(), "find a syscall instruction", "vdso", Errno.ENOSYS);
  }
}
