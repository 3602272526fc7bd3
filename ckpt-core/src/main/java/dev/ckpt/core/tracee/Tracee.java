package dev.ckpt.core.tracee;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Bpf;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.KernelFeatures;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.core.kernel.NewerFeature;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One traced thread.
 *
 * <p>Threading: its tracer's thread only. Target state: all but {@link #interrupt} and {@link
 * #awaitStop} want it in a ptrace stop, and throw {@link TargetGoneException} when it was killed
 * meanwhile.
 *
 * <p>Source: ptrace(2).
 */
public final class Tracee {
  /** Largest extended state any x86-64 CPU has today (AMX: 11 KiB), with room. */
  private static final int XSTATE_MAX_BYTES = 64 * 1024;

  private static final int IO_BITMAP_BYTES = 8192;
  private static final int GDT_ENTRY_TLS_MIN = 12;
  private static final int GDT_ENTRY_TLS_MAX = 14;

  /** Not there: read_exec_only and seg_not_present (LDT_empty() in asm/desc.h). */
  private static final int EMPTY_USER_DESC = 0x28;

  private static final int SIGINFO_BATCH = 64;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** So rarely that nobody waits for it who is answered at once. */
  private static final int LOOKS_AT_A_LEADER = 1000;

  private final Tracer tracer;
  private final int pid;
  private final int tid;
  private final TaskId process;
  private final TaskId thread;
  private final NativeBuffer regs = NativeBuffer.allocate(UserRegs.BYTES);
  private final NativeBuffer iov = NativeBuffer.allocate(16);
  private boolean ended;

  private Tracee(Tracer tracer, TaskId process, TaskId thread) {
    this.tracer = tracer;
    this.process = process;
    this.thread = thread;
    this.pid = process.ours();
    this.tid = thread.ours();
  }

  /** Seizes a running thread; it goes on running. */
  public static Tracee seize(Tracer tracer, int pid, int tid, int options)
      throws SyscallException, TargetGoneException {
    Tracee tracee = new Tracee(tracer, TaskId.same(pid), TaskId.same(tid));
    tracee.request("SEIZE", Ptrace.SEIZE, 0, options);
    return tracee;
  }

  /** A thread that the kernel attached by itself, because its parent had a TRACE option. */
  public static Tracee attached(Tracer tracer, TaskId process, TaskId thread) {
    return new Tracee(tracer, process, thread);
  }

  /** The process it belongs to, as we see it. */
  public int pid() {
    return pid;
  }

  /** The thread's own number, as we see it. */
  public int tid() {
    return tid;
  }

  /** The process it belongs to. */
  public TaskId process() {
    return process;
  }

  /** The thread itself. */
  public TaskId thread() {
    return thread;
  }

  /** Its tracer. */
  public Tracer tracer() {
    return tracer;
  }

  /** Whether it was seen to exit. */
  public boolean ended() {
    return ended;
  }

  /** Asks it to stop as soon as it can; the stop itself is awaited. */
  public void interrupt() throws SyscallException, TargetGoneException {
    request("INTERRUPT", Ptrace.INTERRUPT, 0, 0);
  }

  /**
   * Waits for the next stop.
   *
   * @return the stop, or nothing when none came before the deadline
   * @throws TargetGoneException when the thread is not ours to wait for any more
   */
  public Optional<Stop> awaitStop(Deadline deadline) throws SyscallException, TargetGoneException {
    for (int i = 1; ; i++) {
      // NB: looked at first, so that a death which is reported is not taken for one that is not.
      boolean dead = i % LOOKS_AT_A_LEADER == 0 && isDeadLeader();
      Ptrace.WaitResult result = Ptrace.waitFor(tid, Ptrace.WALL | Ptrace.WNOHANG);
      if (result.pid() == tid) {
        Stop stop = Stop.decode(result.status());
        ended = stop.isEnd();
        return Optional.of(stop);
      }
      if (result.pid() < 0 || dead) {
        ended = true;
        throw new TargetGoneException(pid, "wait for thread " + tid);
      }
      if (deadline.passed()) {
        return Optional.empty();
      }
      deadline.pause();
    }
  }

  /** NB: the kernel reports a leader's death only after every other thread was waited for. */
  private boolean isDeadLeader() throws SyscallException {
    if (tid != pid) {
      return false;
    }
    try {
      return ProcFs.of(pid).stat().state().ended();
    } catch (TargetGoneException e) {
      return true;
    } catch (SyscallException e) {
      throw e;
    } catch (CkptException e) {
      // Text that we do not understand says nothing of its death; the deadline holds.
      return false;
    }
  }

  /**
   * Waits for the one stop that can come: of a task of ours, that nobody else does anything to.
   *
   * @param call what it was told to do, for the failure's text
   * @throws SyscallException when another stop comes, or none in time
   * @throws TargetGoneException when the thread has ended, or is not ours to wait for any more
   */
  public void expectStop(Stop.Kind wanted, String call)
      throws SyscallException, TargetGoneException {
    Optional<Stop> stop = awaitStop(Deadline.in(PATIENCE));
    if (stop.isEmpty()) {
      throw new SyscallException(toString(), call, "no stop in time", Errno.EAGAIN);
    }
    Stop.Kind kind = stop.get().kind();
    if (kind == wanted) {
      return;
    }
    if (kind == Stop.Kind.EXITED || kind == Stop.Kind.KILLED) {
      throw new TargetGoneException(pid, call + " of thread " + tid);
    }
    throw new SyscallException(toString(), call, stop.get().toString(), Errno.ECHILD);
  }

  /** Lets it run, delivering a signal (0: none). */
  public void cont(int signal) throws SyscallException, TargetGoneException {
    request("CONT", Ptrace.CONT, 0, signal);
  }

  /** Lets it run to the next entry or exit of a system call. */
  public void contToSyscall(int signal) throws SyscallException, TargetGoneException {
    request("SYSCALL", Ptrace.SYSCALL, 0, signal);
  }

  /** Lets it go for good, delivering a signal (0: none). A thread that is gone is no error. */
  public void detach(int signal) throws SyscallException {
    try {
      request("DETACH", Ptrace.DETACH, 0, signal);
    } catch (TargetGoneException e) {
      ended = true;
    }
  }

  /** Replaces the options set when it was seized. */
  public void setOptions(int options) throws SyscallException, TargetGoneException {
    request("SETOPTIONS", Ptrace.SETOPTIONS, 0, options);
  }

  /** The message of the last event, such as the number of a new thread. */
  public long eventMessage() throws SyscallException, TargetGoneException {
    NativeBuffer message = NativeBuffer.allocate(8);
    request("GETEVENTMSG", Ptrace.GETEVENTMSG, 0, message.address());
    return message.getLong(0);
  }

  /**
   * General registers.
   *
   * @throws UnsupportedStateException when it runs 32-bit code: the kernel then shows other ones
   */
  public UserRegs regs() throws CkptException {
    int n = getRegset(Ptrace.NT_PRSTATUS, regs);
    if (n != UserRegs.BYTES) {
      throw new UnsupportedStateException(
          List.of(
              new Refusal(
                  RefusalCode.TASK_32BIT,
                  "[pid " + pid + "] thread " + tid + " runs 32-bit code",
                  "none: only 64-bit code can be saved")));
    }
    return UserRegs.from(regs);
  }

  /** Sets the general registers. */
  public void setRegs(UserRegs values) throws SyscallException, TargetGoneException {
    values.to(regs);
    setRegset(Ptrace.NT_PRSTATUS, regs, UserRegs.BYTES);
  }

  /** The extended state (x87, SSE, AVX and so on) in the standard XSAVE layout. */
  public byte[] xstate() throws SyscallException, TargetGoneException {
    NativeBuffer buffer = NativeBuffer.allocate(XSTATE_MAX_BYTES);
    int n = getRegset(Ptrace.NT_X86_XSTATE, buffer);
    return buffer.getBytes(0, n);
  }

  /** Sets the extended state; the size must be this CPU's. */
  public void setXstate(byte[] xsave) throws SyscallException, TargetGoneException {
    setRegset(Ptrace.NT_X86_XSTATE, NativeBuffer.of(xsave), xsave.length);
  }

  private int getRegset(int type, NativeBuffer buffer)
      throws SyscallException, TargetGoneException {
    iov.putLong(0, buffer.address());
    iov.putLong(8, buffer.size());
    request("GETREGSET", Ptrace.GETREGSET, type, iov.address());
    return (int) iov.getLong(8);
  }

  private void setRegset(int type, NativeBuffer buffer, int lenBytes)
      throws SyscallException, TargetGoneException {
    iov.putLong(0, buffer.address());
    iov.putLong(8, lenBytes);
    request("SETREGSET", Ptrace.SETREGSET, type, iov.address());
    Reference.reachabilityFence(buffer);
  }

  /** Blocked signals. */
  public long sigmask() throws SyscallException, TargetGoneException {
    NativeBuffer mask = NativeBuffer.allocate(8);
    request("GETSIGMASK", Ptrace.GETSIGMASK, 8, mask.address());
    return mask.getLong(0);
  }

  /** Sets the blocked signals. */
  public void setSigmask(long blocked) throws SyscallException, TargetGoneException {
    NativeBuffer mask = NativeBuffer.allocate(8);
    mask.putLong(0, blocked);
    request("SETSIGMASK", Ptrace.SETSIGMASK, 8, mask.address());
    Reference.reachabilityFence(mask);
  }

  /**
   * Signals that wait for delivery, oldest first, as raw siginfo.
   *
   * @param shared those sent to the process instead of those sent to this thread
   */
  public List<byte[]> pendingSignals(boolean shared) throws SyscallException, TargetGoneException {
    List<byte[]> pending = new ArrayList<>();
    NativeBuffer args = NativeBuffer.allocate(16);
    NativeBuffer infos = NativeBuffer.allocate(SIGINFO_BATCH * Ptrace.SIGINFO_BYTES);
    while (true) {
      // struct ptrace_peeksiginfo_args: u64 off, u32 flags, s32 nr
      args.putLong(0, pending.size());
      args.putInt(8, shared ? Ptrace.PEEKSIGINFO_SHARED : 0);
      args.putInt(12, SIGINFO_BATCH);
      long n = request("PEEKSIGINFO", Ptrace.PEEKSIGINFO, args.address(), infos.address());
      for (int i = 0; i < n; i++) {
        pending.add(infos.getBytes(i * Ptrace.SIGINFO_BYTES, Ptrace.SIGINFO_BYTES));
      }
      if (n < SIGINFO_BATCH) {
        Reference.reachabilityFence(args);
        return pending;
      }
    }
  }

  /**
   * The rseq area a thread registered.
   *
   * @param pointer address of struct rseq in the task, 0 when there is none
   * @param lenBytes its length as registered
   * @param signature what stands before every abort handler
   */
  public record RseqConfiguration(long pointer, int lenBytes, int signature) {}

  /**
   * The registered rseq area.
   *
   * @throws UnsupportedStateException when this kernel has restartable sequences and does not tell
   *     (before Linux 5.13)
   */
  public RseqConfiguration rseq() throws CkptException {
    NativeBuffer raw = NativeBuffer.allocate(24);
    try {
      NewerFeature.PTRACE_GET_RSEQ_CONFIGURATION.failIfHidden();
      request("GET_RSEQ_CONFIGURATION", Ptrace.GET_RSEQ_CONFIGURATION, raw.size(), raw.address());
    } catch (SyscallException e) {
      if (e.errno() != Errno.EIO) {
        throw e;
      }
      if (KernelFeatures.hasRseq()) {
        throw kernelTooOld("where restartable sequences are (PTRACE_GET_RSEQ_CONFIGURATION)");
      }
    }
    return new RseqConfiguration(raw.getLong(0), raw.getInt(8), raw.getInt(12));
  }

  private static UnsupportedStateException kernelTooOld(String what) throws CkptException {
    return new UnsupportedStateException(
        List.of(
            new Refusal(
                RefusalCode.KERNEL_TOO_OLD,
                "kernel " + ProcFs.osRelease() + " does not tell " + what,
                "Linux 5.15 or newer is needed")));
  }

  /**
   * Whether system calls of the thread go to a handler of its own (syscall user dispatch). Before
   * Linux 6.4 nobody can tell, and the answer is no.
   */
  public boolean dispatchesSyscalls() throws SyscallException, TargetGoneException {
    try {
      return syscallDispatch() != 0;
    } catch (SyscallException e) {
      if (e.errno() == Errno.EIO || e.errno() == Errno.EINVAL) {
        return false;
      }
      throw e;
    }
  }

  /** The mode of struct ptrace_sud_config. */
  long syscallDispatch() throws SyscallException, TargetGoneException {
    NewerFeature.PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG.failIfHidden();
    NativeBuffer config = NativeBuffer.allocate(32);
    request(
        "GET_SYSCALL_USER_DISPATCH_CONFIG",
        Ptrace.GET_SYSCALL_USER_DISPATCH_CONFIG,
        config.size(),
        config.address());
    return config.getLong(0);
  }

  /** Whether breakpoints that somebody set by ptrace(2) stand in its debug registers. */
  public boolean hasBreakpoints() throws SyscallException, TargetGoneException {
    return request("PEEKUSR", Ptrace.PEEKUSR, Ptrace.USER_DR7, 0) != 0;
  }

  /**
   * Whether it may use I/O ports by ioperm(2). NB: what iopl(2) allows, the kernel does not tell.
   */
  public boolean hasIoPermissions() throws SyscallException, TargetGoneException {
    try {
      return getRegset(Ptrace.NT_386_IOPERM, NativeBuffer.allocate(IO_BITMAP_BYTES)) != 0;
    } catch (SyscallException e) {
      // No port at all, or a kernel without such permissions.
      if (e.errno() == Errno.ENXIO || e.errno() == Errno.ENODEV || e.errno() == Errno.EINVAL) {
        return false;
      }
      throw e;
    }
  }

  /** Whether it has segment descriptors of set_thread_area(2), which 32-bit code may use. */
  public boolean hasTlsDescriptors() throws SyscallException, TargetGoneException {
    // struct user_desc: entry_number 0, base_addr 4, limit 8, flags 12
    NativeBuffer descriptor = NativeBuffer.allocate(16);
    for (int entry = GDT_ENTRY_TLS_MIN; entry <= GDT_ENTRY_TLS_MAX; entry++) {
      try {
        request("GET_THREAD_AREA", Ptrace.GET_THREAD_AREA, entry, descriptor.address());
      } catch (SyscallException e) {
        // A kernel that runs no 32-bit code.
        if (e.errno() == Errno.EIO) {
          return false;
        }
        throw e;
      }
      boolean empty = descriptor.getLong(4) == 0 && descriptor.getInt(12) == EMPTY_USER_DESC;
      if (!empty) {
        return true;
      }
    }
    return false;
  }

  /** A seccomp filter: its flags as far as the kernel tells them, and its program. */
  public record SeccompFilter(int flags, ByteString instructions) {}

  /**
   * Its seccomp filters, the oldest first; none if the kernel does not tell them (EINVAL).
   *
   * <p>NB: the kernel counts from the oldest, the other way round than ptrace(2) says.
   */
  public List<SeccompFilter> seccompFilters() throws SyscallException, TargetGoneException {
    List<SeccompFilter> filters = new ArrayList<>();
    NativeBuffer program = NativeBuffer.allocate(Bpf.MAXINSNS * Bpf.INSTRUCTION_BYTES);
    // struct seccomp_metadata: filter_off u64, flags u64
    NativeBuffer metadata = NativeBuffer.allocate(16);
    try {
      while (true) {
        int at = filters.size();
        long length =
            request("SECCOMP_GET_FILTER", Ptrace.SECCOMP_GET_FILTER, at, program.address());
        metadata.putLong(0, at);
        request(
            "SECCOMP_GET_METADATA",
            Ptrace.SECCOMP_GET_METADATA,
            metadata.size(),
            metadata.address());
        filters.add(
            new SeccompFilter(
                (int) metadata.getLong(8),
                ByteString.of(program.getBytes(0, (int) length * Bpf.INSTRUCTION_BYTES))));
      }
    } catch (SyscallException e) {
      boolean none = filters.isEmpty() && e.errno() == Errno.EINVAL;
      if (e.errno() != Errno.ENOENT && !none) {
        throw e;
      }
    }
    return filters;
  }

  /** The same as programs; none if we may not read them. */
  List<SeccompProgram> seccompPrograms() throws SyscallException, TargetGoneException {
    try {
      return seccompFilters().stream()
          .map(filter -> SeccompProgram.of(filter.instructions()))
          .toList();
    } catch (SyscallException e) {
      if (e.errno() != Errno.EACCES) {
        throw e;
      }
      return List.of();
    }
  }

  private long request(String name, int request, long addr, long data)
      throws SyscallException, TargetGoneException {
    try {
      return tracer.request(name, request, tid, addr, data);
    } catch (SyscallException e) {
      if (e.errno() == Errno.ESRCH) {
        throw new TargetGoneException(pid, "PTRACE_" + name + " of thread " + tid);
      }
      throw e;
    }
  }

  @Override
  public String toString() {
    return "[pid " + pid + " tid " + tid + "]";
  }
}
