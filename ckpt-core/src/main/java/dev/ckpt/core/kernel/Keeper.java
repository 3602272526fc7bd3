package dev.ckpt.core.kernel;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.x86_64.KeeperCode;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A process that has the same descriptors as we have, now and later, and when we end, for whatever
 * reason, executes a program with some of them: so that what hangs on them does not end with us.
 *
 * <p>It is made by clone(2) with CLONE_FILES. There is no moment in which we alone have a
 * descriptor, not even right after the call that has made it. It runs a few instructions of its own
 * ({@link KeeperCode}), in a session of its own, with signals blocked until it becomes the program.
 * What is passed on: all userfaultfds that are in use, standard input, output and error, and what
 * is named.
 *
 * <p>Threading: one thread at a time.
 */
public final class Keeper implements AutoCloseable {
  private static final int CLONE_FILES = 0x400;
  private static final int PROT_READ_EXEC = 5;
  private static final int PAGE = 4096;
  private static final int STACK_BYTES = 64 * 1024;

  /** Userfaultfds that come from a fork get the lowest numbers that are free. */
  private static final int NR_FDS = 1 << 16;

  private final int pid;
  private final Fd ourselves;

  private Keeper(int pid, Fd ourselves) {
    this.pid = pid;
    this.ourselves = ourselves;
  }

  /**
   * Starts one.
   *
   * @param command path of the program, and its arguments
   * @param kept our descriptors that it gets, under the same numbers
   */
  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  public static Keeper start(
      List<String> command, Map<String, String> environment, List<Integer> kept)
      throws SyscallException {
    Fd ourselves = Tasks.pidfdOpen(Tasks.self());
    try {
      return new Keeper(fork(command, environment, kept, ourselves), ourselves);
    } catch (SyscallException e) {
      ourselves.close();
      throw e;
    }
  }

  private static int fork(
      List<String> command, Map<String, String> environment, List<Integer> kept, Fd ourselves)
      throws SyscallException {
    List<String> variables = new ArrayList<>();
    environment.forEach((name, value) -> variables.add(name + "=" + value));
    List<NativeBuffer> strings = new ArrayList<>();
    NativeBuffer argv = Spawn.vector(command, strings);
    NativeBuffer envp = Spawn.vector(variables, strings);
    NativeBuffer arguments = NativeBuffer.allocate(KeeperCode.KEPT + 4 * (kept.size() + 1));
    arguments.putInt(KeeperCode.POLLFD, ourselves.number());
    arguments.putInt(KeeperCode.POLLFD + 4, Epoll.EPOLLIN);
    arguments.putLong(KeeperCode.PATH, argv.getLong(0));
    arguments.putLong(KeeperCode.ARGV, argv.address());
    arguments.putLong(KeeperCode.ENVP, envp.address());
    arguments.putInt(KeeperCode.NR_FDS, NR_FDS);
    for (int i = 0; i < kept.size(); i++) {
      arguments.putInt(KeeperCode.KEPT + 4 * i, kept.get(i));
    }
    arguments.putInt(KeeperCode.KEPT + 4 * kept.size(), -1);
    NativeBuffer stack = NativeBuffer.allocatePages(STACK_BYTES, PAGE);
    // What it has is a copy of our memory as it is now: all of this may go when it runs.
    try (MappedMemory code = MappedMemory.map(PAGE)) {
      code.view(0, PAGE).put(KeeperCode.bytes());
      long address = NativeBuffer.addressOf(code.view(0, PAGE));
      Call.check(
          LibC.syscall(SyscallNumbers.MPROTECT, address, PAGE, PROT_READ_EXEC, 0, 0, 0),
          "",
          "mprotect",
          PAGE);
      long mask = Signals.block(~Signals.SYNCHRONOUS);
      try {
        long top = stack.address(STACK_BYTES);
        return Call.check(
            LibC.clone(address, top, CLONE_FILES, arguments.address()), "", "clone", CLONE_FILES);
      } finally {
        Signals.setMask(mask);
        Reference.reachabilityFence(strings);
        Reference.reachabilityFence(envp);
        Reference.reachabilityFence(stack);
      }
    }
  }

  /** Its process id. */
  public int pid() {
    return pid;
  }

  /** Whether it has ended, which it should not. */
  public boolean isGone() throws SyscallException {
    return Ptrace.waitFor(pid, Ptrace.WALL | Ptrace.WNOHANG).pid() != 0;
  }

  /** Ends it. */
  @Override
  public void close() throws SyscallException {
    if (!isGone()) {
      Signals.kill(pid, Signals.SIGKILL);
      Ptrace.waitFor(pid, Ptrace.WALL);
    }
    ourselves.close();
  }
}
