package dev.ckpt.core.tracee;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FdChannel;
import dev.ckpt.core.kernel.Files;
import dev.ckpt.core.kernel.NewerFeature;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Spawn;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.tracee.x86_64.LoopCode;
import dev.ckpt.core.tracee.x86_64.StubImage;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.error.CkptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * A process of ours that does nothing: the parent, or the elder sibling, of a task that is rebuilt
 * (a JVM cannot fork itself with a chosen pid), and the target of a rehearsal.
 *
 * <p>It runs a program of a few bytes that we put into a memfd. Closing it ends and reaps it.
 *
 * <p>NB: it ends with the thread that started it, so that none is left when we are killed.
 */
public final class Stub implements AutoCloseable {
  private static final int MFD_CLOEXEC = 1;
  private static final int MFD_EXEC = 0x10;

  private static final int AREA_BYTES = 16 * 1024;
  private static final int STACK_MARGIN = 32 * 1024;
  private static final long PAGE = 4096;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final int pid;
  private boolean reaped;

  private Stub(int pid) {
    this.pid = pid;
  }

  /**
   * Starts it; it waits in pause(2) until somebody seizes it.
   *
   * @param stdio our descriptor that becomes its standard input, output and error; -1 passes on our
   *     own three
   */
  @MustBeClosed
  public static Stub start(int stdio) throws IOException {
    try (Fd readOnly = program()) {
      Spawn spawn = Spawn.program(path(readOnly));
      if (stdio >= 0) {
        spawn.stdio(stdio, stdio, stdio);
      }
      return new Stub(spawn.start()).awaitPause();
    }
  }

  /** posix_spawn returns in the middle of the exec, when not even the vdso is mapped yet. */
  private Stub awaitPause() throws CkptException {
    Deadline deadline = Deadline.in(PATIENCE);
    boolean there = false;
    try {
      while (!there && !deadline.passed()) {
        there = ProcFs.of(pid).syscall(pid).nr() == SyscallNumbers.PAUSE;
        deadline.pause();
      }
      if (!there) {
        throw new SyscallException("[pid " + pid + "]", "execve", "our stub", Errno.EAGAIN);
      }
      return this;
    } finally {
      if (!there) {
        close();
      }
    }
  }

  /** The program, opened for reading alone: what is open for writing cannot be executed. */
  @MustBeClosed
  private static Fd program() throws IOException {
    try (Fd memfd = memfd();
        FdChannel channel = new FdChannel(memfd)) {
      ByteBuffer image = ByteBuffer.allocateDirect(StubImage.size());
      image.put(StubImage.elf()).flip();
      while (image.hasRemaining()) {
        channel.write(image);
      }
      return Fd.open(path(channel.fd()), Fcntl.O_RDONLY);
    }
  }

  private static String path(Fd fd) {
    // NB: by our pid: the child that will execute it has closed its own copy by then.
    return "/proc/" + Tasks.self() + "/fd/" + fd.number();
  }

  @MustBeClosed
  private static Fd memfd() throws SyscallException {
    try {
      NewerFeature.MFD_EXEC.failIfHidden();
      return Files.memfd("ckpt-stub", MFD_CLOEXEC | MFD_EXEC);
    } catch (SyscallException e) {
      // Before Linux 6.3 there is no such flag, and every memfd is executable.
      if (e.errno() != Errno.EINVAL) {
        throw e;
      }
      return Files.memfd("ckpt-stub", MFD_CLOEXEC);
    }
  }

  /**
   * Calls made by a stopped stub, or by a copy of one, with the loop in its own code and with a
   * part of its stack for the table.
   */
  @MustBeClosed
  public static RemoteSyscalls calls(Tracee tracee, RemoteMemory memory) throws CkptException {
    UserRegs regs = tracee.regs();
    LoopCode code = new LoopCode().stopWith(tracee.process().own(), Signals.SIGURG);
    memory.writeForced(StubImage.loopAddress(), code.toByteArray());
    long address = (regs.get(UserRegs.RSP) - STACK_MARGIN) & -PAGE;
    return RemoteSyscalls.resident(
        tracee,
        memory,
        StubImage.loopAddress(),
        new RemoteMap(address, AREA_BYTES),
        Signals.SIGURG,
        regs);
  }

  /**
   * Lets a stopped stub, or a copy of one, go for good. It makes the calls of a table by itself,
   * whatever becomes of us, and no signal that can be blocked disturbs it.
   *
   * @param table its last call ends it: there is nothing behind it to go on with
   */
  public static void letGo(Tracee tracee, RemoteMemory memory, Batch table) throws CkptException {
    memory.writeForced(table.area().address(), table.image().getBytes(0, table.usedBytes()));
    tracee.setRegs(
        tracee
            .regs()
            .with(UserRegs.RIP, StubImage.loopAddress() + LoopCode.loopOffset())
            .with(UserRegs.ORIG_RAX, -1)
            .with(UserRegs.RBX, table.area().address())
            .with(UserRegs.RBP, table.nrCalls())
            .with(UserRegs.R12, table.area().address())
            .with(UserRegs.R13, 0)
            .with(UserRegs.R14, 0)
            .with(UserRegs.R15, tracee.thread().own()));
    tracee.setSigmask(-1);
    tracee.setOptions(0);
    tracee.detach(0);
  }

  /** Its pid. */
  public int pid() {
    return pid;
  }

  /**
   * Waits until it has ended by itself.
   *
   * @throws SyscallException when it does not in time, or was ended by somebody else
   */
  void awaitEnd() throws SyscallException {
    Deadline deadline = Deadline.in(PATIENCE);
    while (!deadline.passed()) {
      Ptrace.WaitResult result = Ptrace.waitFor(pid, Ptrace.WALL | Ptrace.WNOHANG);
      if (result.pid() == pid) {
        reaped = true;
        if (result.status() != 0) {
          throw new SyscallException(
              "[pid " + pid + "]", "wait4", "our stub: status " + result.status(), Errno.ECHILD);
        }
        return;
      }
      deadline.pause();
    }
    throw new SyscallException("[pid " + pid + "]", "wait4", "our stub", Errno.EAGAIN);
  }

  @Override
  public void close() throws CkptException {
    if (!reaped) {
      reaped = true;
      Signals.kill(pid, Signals.SIGKILL);
      Ptrace.waitFor(pid, Ptrace.WALL);
    }
  }
}
