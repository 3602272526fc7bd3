package dev.ckpt.core.tracee.x86_64;

import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.error.CkptException;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * Finds out which call a thread sleeps in when the kernel has restarted it once already.
 *
 * <p>A sleep that was interrupted (by a dump, or by SIGSTOP and SIGCONT) goes on as
 * restart_syscall(2), and the thread's registers no longer say which call it was. A new task has no
 * restart block, so the image must hold the call itself. The arguments are still in their
 * registers; the number often stands in the instruction before the system call, else the kernel
 * function that it slept in tells: only four calls are restarted this way.
 */
public final class RestartedCall {
  private static final int MOV_EAX = 0xb8;
  private static final int MOV_BYTES = 5;
  private static final byte[] SYSCALL = {0x0f, 0x05};
  private static final long MAX_CLOCK_ID = 15;
  private static final long LOWEST_ADDRESS = 1 << 16;
  private static final long[] CANDIDATES = {
    SyscallNumbers.NANOSLEEP,
    SyscallNumbers.CLOCK_NANOSLEEP,
    SyscallNumbers.POLL,
    SyscallNumbers.FUTEX
  };

  private RestartedCall() {}

  /** Whether the registers are those of a restarted call. */
  public static boolean is(UserRegs regs) {
    return regs.get(UserRegs.ORIG_RAX) == SyscallNumbers.RESTART_SYSCALL
        && regs.get(UserRegs.RAX) == -Errno.ERESTART_RESTARTBLOCK;
  }

  /**
   * The registers of a thread that is about to go on with a restarted call, as they were before the
   * kernel, or our code on its way home, made it ready for that. In a new task, without the restart
   * block, the call that it is about to make would fail.
   */
  public static UserRegs beforeRestart(UserRegs regs, RemoteMemory memory) throws CkptException {
    if (SyscallRestart.inSyscall(regs)
        || regs.get(UserRegs.RAX) != SyscallNumbers.RESTART_SYSCALL
        || !Arrays.equals(memory.readForced(regs.ip(), SYSCALL.length), SYSCALL)) {
      return regs;
    }
    return regs.with(UserRegs.RIP, regs.ip() + SYSCALL.length)
        .with(UserRegs.ORIG_RAX, SyscallNumbers.RESTART_SYSCALL)
        .with(UserRegs.RAX, -Errno.ERESTART_RESTARTBLOCK);
  }

  /**
   * The number of the call; nothing when it cannot be told.
   *
   * @param wchan the kernel function that the thread slept in, empty if that is not known
   */
  public static OptionalLong number(UserRegs regs, RemoteMemory memory, String wchan)
      throws CkptException {
    OptionalLong inCode = fromCode(regs, memory);
    return inCode.isPresent() ? inCode : fromSleep(regs, wchan);
  }

  private static OptionalLong fromCode(UserRegs regs, RemoteMemory memory) throws CkptException {
    byte[] before =
        memory.readForced(regs.ip() - SYSCALL.length - MOV_BYTES, MOV_BYTES + SYSCALL.length);
    if ((before[0] & 0xff) != MOV_EAX) {
      return OptionalLong.empty();
    }
    long number = 0;
    for (int i = MOV_BYTES - 1; i > 0; i--) {
      number = number << 8 | before[i] & 0xff;
    }
    long found = number;
    return Arrays.stream(CANDIDATES).anyMatch(candidate -> candidate == found)
        ? OptionalLong.of(found)
        : OptionalLong.empty();
  }

  /**
   * Poll and futex wait in functions of their own. NB: a restarted nanosleep is all scheduler code,
   * which wchan leaves out, so the entry of the system call itself shows. The two sleeps differ in
   * their first argument, a clock or an address.
   */
  private static OptionalLong fromSleep(UserRegs regs, String wchan) {
    if (wchan.contains("futex")) {
      return OptionalLong.of(SyscallNumbers.FUTEX);
    }
    if (wchan.contains("poll")) {
      return OptionalLong.of(SyscallNumbers.POLL);
    }
    boolean clock = Long.compareUnsigned(regs.get(UserRegs.RDI), MAX_CLOCK_ID) <= 0;
    boolean time = Long.compareUnsigned(regs.get(UserRegs.RDX), LOWEST_ADDRESS) >= 0;
    if (clock && time) {
      // No address is so small, and neither of the other two is left: poll(2) of nothing has a
      // small number first too, and may have a large one third.
      return OptionalLong.of(SyscallNumbers.CLOCK_NANOSLEEP);
    }
    boolean sleeps =
        wchan.contains("nanosleep")
            || wchan.contains("restart_syscall")
            || wchan.equals("do_syscall_64");
    return sleeps && !clock ? OptionalLong.of(SyscallNumbers.NANOSLEEP) : OptionalLong.empty();
  }
}
