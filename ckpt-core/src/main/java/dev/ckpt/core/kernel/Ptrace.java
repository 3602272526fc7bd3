package dev.ckpt.core.kernel;

import dev.ckpt.core.error.SyscallException;

/**
 * ptrace(2) and the wait for its stops, raw.
 *
 * <p>Threading: the kernel knows the tracer by thread; every call for one tracee must come from the
 * thread that seized it. From another one ptrace answers ESRCH, which looks like a dead target.
 *
 * <p>Source: ptrace(2), {@code linux/ptrace.h}.
 */
public final class Ptrace {
  public static final int PEEKUSR = 3;
  public static final int CONT = 7;
  public static final int KILL = 8;
  public static final int DETACH = 17;
  public static final int SYSCALL = 24;
  public static final int GET_THREAD_AREA = 25;
  public static final int SETOPTIONS = 0x4200;
  public static final int GETEVENTMSG = 0x4201;
  public static final int GETSIGINFO = 0x4202;
  public static final int GETREGSET = 0x4204;
  public static final int SETREGSET = 0x4205;
  public static final int SEIZE = 0x4206;
  public static final int INTERRUPT = 0x4207;
  public static final int LISTEN = 0x4208;
  public static final int PEEKSIGINFO = 0x4209;
  public static final int GETSIGMASK = 0x420a;
  public static final int SETSIGMASK = 0x420b;
  public static final int SECCOMP_GET_FILTER = 0x420c;
  public static final int SECCOMP_GET_METADATA = 0x420d;
  public static final int GET_SYSCALL_INFO = 0x420e;
  public static final int GET_RSEQ_CONFIGURATION = 0x420f;
  public static final int GET_SYSCALL_USER_DISPATCH_CONFIG = 0x4211;

  public static final int O_TRACESYSGOOD = 0x1;
  public static final int O_TRACEFORK = 0x2;
  public static final int O_TRACEVFORK = 0x4;
  public static final int O_TRACECLONE = 0x8;
  public static final int O_TRACEEXEC = 0x10;
  public static final int O_EXITKILL = 0x100000;

  /** No seccomp filter is asked while it is traced; takes CAP_SYS_ADMIN, and no filter of ours. */
  public static final int O_SUSPEND_SECCOMP = 0x200000;

  public static final int EVENT_FORK = 1;
  public static final int EVENT_VFORK = 2;
  public static final int EVENT_CLONE = 3;
  public static final int EVENT_EXEC = 4;
  public static final int EVENT_STOP = 128;

  /** A regset of general registers ({@code linux/elf.h}). */
  public static final int NT_PRSTATUS = 1;

  /** The bitmap of I/O ports. */
  public static final int NT_386_IOPERM = 0x201;

  /** Offset of the debug control register in struct user ({@code sys/user.h}). */
  public static final int USER_DR7 = 904;

  /** The whole extended state as XSAVE lays it out, not compacted. */
  public static final int NT_X86_XSTATE = 0x202;

  public static final int PEEKSIGINFO_SHARED = 1;

  public static final int WNOHANG = 1;
  public static final int WUNTRACED = 2;
  public static final int WCONTINUED = 8;
  public static final int WALL = 0x40000000;

  /** Size of {@code siginfo_t}, bytes. */
  public static final int SIGINFO_BYTES = 128;

  private Ptrace() {}

  /** Makes one request; returns what the kernel returned when that is not -1. */
  public static long request(String name, int request, int tid, long addr, long data)
      throws SyscallException {
    long result = LibC.ptrace(request, tid, addr, data);
    if (result == -1) {
      throw Call.failure(Call.errno(), "[tid " + tid + "]", "ptrace", "PTRACE_" + name, addr, data);
    }
    return result;
  }

  /** A state change that waitpid reported, or that there was none. */
  public static final class WaitResult {
    private final int pid;
    private final int status;

    private WaitResult(int pid, int status) {
      this.pid = pid;
      this.status = status;
    }

    /** Whose state changed; 0 when nothing happened yet, -1 when there is no such child. */
    public int pid() {
      return pid;
    }

    /** The wait status as waitpid(2) encodes it. */
    public int status() {
      return status;
    }
  }

  /** waitpid(2) with EINTR hidden; no such child is a result, not an error. */
  public static WaitResult waitFor(int pid, int options) throws SyscallException {
    NativeBuffer status = STATUS.get();
    while (true) {
      int result = LibC.waitpid(pid, status.address(), options);
      if (result >= 0) {
        return new WaitResult(result, status.getInt(0));
      }
      int errno = Call.errno();
      if (errno == Errno.ECHILD) {
        return new WaitResult(-1, 0);
      }
      if (errno != Errno.EINTR) {
        throw Call.failure(errno, "", "waitpid", pid, options);
      }
    }
  }

  private static final ThreadLocal<NativeBuffer> STATUS =
      ThreadLocal.withInitial(() -> NativeBuffer.allocate(8));
}
