package dev.ckpt.core.kernel;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.x86_64.KeeperCode;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
 * <p>It shares our memory (CLONE_VM): a copy would take as long as a whole restore, and every page
 * of the heap that is written to afterwards some time more. So it ends with us if we dump core, or
 * the kernel finds no memory; not if we are killed.
 *
 * <p>Threading: one thread at a time.
 */
public final class Keeper implements AutoCloseable {
  private static final int CLONE_VM = 0x100;
  private static final int CLONE_FILES = 0x400;
  private static final int PROT_READ_EXEC = 5;
  private static final int PAGE = 4096;
  private static final int STACK_BYTES = 16 * 1024;

  /** Userfaultfds that come from a fork get the lowest numbers that are free. */
  private static final int NR_FDS = 1 << 16;

  private final int pid;
  private final Fd ourselves;

  /** Its code, its stack, and its arguments: it has them as long as it waits. */
  private final MappedMemory code;

  private final MappedMemory data;

  private Keeper(int pid, Fd ourselves, MappedMemory code, MappedMemory data) {
    this.pid = pid;
    this.ourselves = ourselves;
    this.code = code;
    this.data = data;
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
    List<byte[]> arguments = command.stream().map(Keeper::cString).toList();
    List<byte[]> variables =
        environment.entrySet().stream()
            .map(variable -> cString(variable.getKey() + "=" + variable.getValue()))
            .toList();
    Fd ourselves = Tasks.pidfdOpen(Tasks.self());
    MappedMemory code = MappedMemory.map(PAGE);
    MappedMemory data = MappedMemory.map(sizeOf(arguments, variables, kept));
    boolean started = false;
    try {
      long address = write(data, arguments, variables, kept, ourselves);
      int pid = clone(code, address + data.lenBytes(), address);
      started = true;
      return new Keeper(pid, ourselves, code, data);
    } finally {
      if (!started) {
        data.close();
        code.close();
        ourselves.close();
      }
    }
  }

  private static byte[] cString(String text) {
    return Files.cString(Files.bytes(text));
  }

  private static int sizeOf(List<byte[]> arguments, List<byte[]> variables, List<Integer> kept) {
    int strings =
        arguments.stream().mapToInt(each -> each.length + Long.BYTES).sum()
            + variables.stream().mapToInt(each -> each.length + Long.BYTES).sum();
    int all = KeeperCode.KEPT + Integer.BYTES * (kept.size() + 2) + strings + 2 * Long.BYTES;
    return ((all + PAGE - 1) & -PAGE) + STACK_BYTES;
  }

  /** Writes what it is to do; its stack is behind that. Returns where it begins. */
  private static long write(
      MappedMemory memory,
      List<byte[]> arguments,
      List<byte[]> variables,
      List<Integer> kept,
      Fd ourselves) {
    ByteBuffer data =
        memory.view(0, Math.toIntExact(memory.lenBytes())).order(ByteOrder.LITTLE_ENDIAN);
    long address = NativeBuffer.addressOf(data);
    data.putInt(KeeperCode.POLLFD, ourselves.number());
    data.putInt(KeeperCode.POLLFD + Integer.BYTES, Epoll.EPOLLIN);
    data.putInt(KeeperCode.NR_FDS, NR_FDS);
    data.position(KeeperCode.KEPT);
    kept.forEach(data::putInt);
    data.putInt(-1);
    data.position((data.position() + Long.BYTES - 1) & -Long.BYTES);
    int argv = data.position();
    int envp = argv + Long.BYTES * (arguments.size() + 1);
    data.position(envp + Long.BYTES * (variables.size() + 1));
    putStrings(data, address, argv, arguments);
    putStrings(data, address, envp, variables);
    data.putLong(KeeperCode.PATH, data.getLong(argv));
    data.putLong(KeeperCode.ARGV, address + argv);
    data.putLong(KeeperCode.ENVP, address + envp);
    return address;
  }

  private static void putStrings(ByteBuffer data, long address, int vector, List<byte[]> strings) {
    for (int i = 0; i < strings.size(); i++) {
      data.putLong(vector + i * Long.BYTES, address + data.position());
      data.put(strings.get(i));
    }
  }

  private static int clone(MappedMemory code, long stack, long arguments) throws SyscallException {
    ByteBuffer page = code.view(0, PAGE);
    long address = NativeBuffer.addressOf(page);
    page.put(KeeperCode.bytes());
    Call.check(
        LibC.syscall(SyscallNumbers.MPROTECT, address, PAGE, PROT_READ_EXEC, 0, 0, 0),
        "",
        "mprotect",
        PAGE);
    int flags = CLONE_VM | CLONE_FILES;
    long mask = Signals.block(~Signals.SYNCHRONOUS);
    try {
      return Call.check(LibC.clone(address, stack, flags, arguments), "", "clone", flags);
    } finally {
      Signals.setMask(mask);
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
    code.close();
    data.close();
    ourselves.close();
  }
}
