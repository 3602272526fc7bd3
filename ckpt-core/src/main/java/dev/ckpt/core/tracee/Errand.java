package dev.ckpt.core.tracee;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.core.kernel.PipePair;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.kernel.TouchHook;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.tracee.x86_64.LoopCode;
import dev.ckpt.error.CkptException;
import java.io.IOException;
import java.time.Duration;

/**
 * A table of system calls that a process of ours makes by itself, whatever becomes of us: for what
 * has to be taken back even when we are killed, and the target cannot do it for want of rights.
 *
 * <p>The process is a {@link Stub} in a session of its own, which blocks every signal. It is
 * prepared under ptrace, and then let go. In the middle of the table it waits in read(2) until we
 * close a pipe, or die; then it makes the rest of the calls and ends.
 *
 * <p>Threading: the thread that began it.
 */
public final class Errand implements AutoCloseable {
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int MAP_NORESERVE = 0x4000;
  private static final int ITIMER_REAL = 0;
  private static final int PR_SET_PDEATHSIG = 1;
  private static final int ITIMERVAL_BYTES = 32;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final PipePair leash;
  private final Stub stub;
  private final Tracer tracer;
  private Tracee tracee;
  private boolean sent;
  private boolean closed;

  // What is opened here belongs to this object.
  @SuppressWarnings("MustBeClosedChecker")
  private Errand(PipePair leash, Stub stub, TouchHook hook) {
    this.leash = leash;
    this.stub = stub;
    this.tracer = Tracer.start(stub.pid(), hook);
  }

  /** Calls that the process makes before it is sent, under our eyes. */
  public interface Preparation<T> {
    /** Makes them. */
    T make(RemoteSyscalls calls) throws CkptException;
  }

  /**
   * Starts the process.
   *
   * @param hook told when it is sent
   */
  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  public static Errand begin(TouchHook hook) throws IOException {
    PipePair leash = PipePair.open(0);
    boolean started = false;
    Errand errand;
    try {
      errand = new Errand(leash, Stub.start(leash.readEnd().number()), hook);
      started = true;
    } finally {
      if (!started) {
        leash.close();
      }
    }
    boolean done = false;
    try {
      errand.tracer.run(errand::seize);
      errand.prepare(Errand::leaveSession);
      done = true;
      return errand;
    } finally {
      if (!done) {
        errand.close();
      }
    }
  }

  private static Void leaveSession(RemoteSyscalls calls) throws CkptException {
    Batch batch = calls.batch();
    batch.call("setsid", SyscallNumbers.SETSID);
    // It must not end with us, as other stubs do.
    batch.call("prctl(PR_SET_PDEATHSIG)", SyscallNumbers.PRCTL, PR_SET_PDEATHSIG, 0);
    calls.run(batch);
    return null;
  }

  @MustBeClosed
  private RemoteMemory memory() throws CkptException {
    return RemoteMemory.open(stub.pid(), TouchHook.NONE);
  }

  private Void seize(Tracer thread) throws CkptException {
    tracee = Tracee.seize(thread, stub.pid(), stub.pid(), Ptrace.O_TRACESYSGOOD);
    tracee.interrupt();
    tracee.expectStop(Stop.Kind.INTERRUPTED, "PTRACE_INTERRUPT");
    return null;
  }

  /** Has it make calls now. What they leave in it, such as descriptors, is there later. */
  public <T> T prepare(Preparation<T> preparation) throws IOException {
    return tracer.run(
        thread -> {
          try (RemoteMemory memory = memory();
              RemoteSyscalls calls = Stub.calls(tracee, memory)) {
            return preparation.make(calls);
          }
        });
  }

  /** Memory of its own that takes up nothing before it is used; its address. */
  public long map(long lenBytes) throws IOException {
    return prepare(
        calls -> {
          Batch batch = calls.batch();
          Batch.Result address =
              batch.call(
                  "mmap",
                  SyscallNumbers.MMAP,
                  0,
                  lenBytes,
                  PROT_READ_WRITE,
                  MAP_PRIVATE_ANONYMOUS | MAP_NORESERVE,
                  -1,
                  0);
          calls.run(batch);
          return batch.result(address);
        });
  }

  /** A table for so many calls, which may all fail: what follows has to be done all the same. */
  public Batch table(int nrCalls, int dataBytes) throws IOException {
    int lenBytes = (nrCalls + 4) * LoopCode.ENTRY_BYTES + dataBytes + 2 * ITIMERVAL_BYTES;
    RemoteMap area = new RemoteMap(map(lenBytes), lenBytes);
    Batch table = new Batch(area, NativeBuffer.allocate(lenBytes), nrCalls + 4);
    // Until now an alarm would end it, in case we die before it is sent.
    Batch.Data never = table.space(ITIMERVAL_BYTES);
    table.tryCall("setitimer", SyscallNumbers.SETITIMER, ITIMER_REAL, never, 0);
    return table;
  }

  /** Adds the wait for us: what is added after it is done when this is closed, or when we die. */
  public void addWait(Batch table) {
    table.tryCall("read", SyscallNumbers.READ, 0, table.space(Long.BYTES), Long.BYTES);
  }

  /** Lets it go, and returns when it waits for us; the results of the calls so far can be read. */
  public void send(Batch table) throws IOException {
    table.tryCall("exit_group", SyscallNumbers.EXIT_GROUP, 0);
    tracer.run(thread -> letGo(table));
    Deadline deadline = Deadline.in(PATIENCE);
    while (ProcFs.of(stub.pid()).syscall(stub.pid()).nr() != SyscallNumbers.READ) {
      if (deadline.passed()) {
        throw new SyscallException("[pid " + stub.pid() + "]", "read", "our stub", Errno.EAGAIN);
      }
      deadline.pause();
    }
    read(table.area().address(), table.image(), table.usedBytes());
    table.completed(0);
  }

  private Void letGo(Batch table) throws CkptException {
    try (RemoteMemory memory = memory()) {
      Stub.letGo(tracee, memory, table);
    }
    sent = true;
    return null;
  }

  private void read(long address, NativeBuffer into, int lenBytes) throws CkptException {
    try (RemoteMemory memory = memory()) {
      memory.readForced(address, into.address(), lenBytes);
    }
  }

  /** Reads from its memory. */
  public byte[] bytes(long address, int lenBytes) throws CkptException {
    if (lenBytes == 0) {
      return new byte[0];
    }
    NativeBuffer buffer = NativeBuffer.allocate(lenBytes);
    read(address, buffer, lenBytes);
    return buffer.getBytes(0, lenBytes);
  }

  /**
   * Has it do the rest, and waits until it has ended; one that was not sent is ended.
   *
   * @throws SyscallException when somebody else ended it, so that the rest was not done
   */
  @Override
  public void close() throws CkptException {
    if (closed) {
      return;
    }
    closed = true;
    leash.close();
    tracer.close();
    if (sent) {
      stub.awaitEnd();
    }
    stub.close();
  }
}
