package dev.ckpt.bench;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.TouchHook;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.CodeSite;
import dev.ckpt.core.tracee.FrozenTask;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.core.tracee.SeccompGate;
import dev.ckpt.core.tracee.StopSignal;
import dev.ckpt.core.tracee.Stub;
import dev.ckpt.core.tracee.Tracer;
import dev.ckpt.core.tracee.Vdso;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to ask a live thread for its 64 signal actions: freeze, put the loop in, one batch,
 * put everything back, let go. With the stop by an ignored signal, and step by step as for a task
 * that handles every signal.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 7, time = 1)
public class RemoteSyscallsBench {
  private static final int SIGACTION_BYTES = 32;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** How the thread stops for us. */
  @Param({"signal", "step"})
  public String mode;

  private Fd nowhere;
  private Stub stub;
  private RemoteMemory memory;
  private CodeSite site;

  /** Starts a target. */
  @Setup(Level.Iteration)
  @SuppressWarnings("MustBeClosedChecker")
  public void start() throws IOException {
    nowhere = Fd.open("/dev/null", Fcntl.O_RDWR);
    stub = Stub.start(nowhere.number());
    memory = RemoteMemory.open(stub.pid(), TouchHook.NONE);
    site =
        CodeSite.find(
            stub.pid(), Vdso.find(ProcFs.of(stub.pid()).maps().entries()).orElseThrow(), memory);
  }

  /** Ends it. */
  @TearDown(Level.Iteration)
  public void end() throws IOException {
    memory.close();
    stub.close();
    nowhere.close();
  }

  /** One round. */
  @Benchmark
  public long askForSignalActions() throws IOException {
    int signal = mode.equals("signal") ? Signals.SIGURG : StopSignal.NONE;
    try (Tracer tracer = Tracer.start(stub.pid(), TouchHook.NONE)) {
      return tracer.run(thread -> ask(thread, signal));
    }
  }

  private long ask(Tracer tracer, int signal) throws IOException {
    try (FrozenTask frozen = FrozenTask.freeze(tracer, stub.pid(), PATIENCE);
        RemoteSyscalls calls =
            RemoteSyscalls.infect(frozen.leader(), memory, site, signal, SeccompGate.OPEN)) {
      Batch batch = calls.batch();
      Batch.Data actions = batch.space(Signals.NSIG * SIGACTION_BYTES);
      for (int i = 1; i <= Signals.NSIG; i++) {
        batch.call(
            "rt_sigaction",
            SyscallNumbers.RT_SIGACTION,
            i,
            0,
            actions.address() + (long) (i - 1) * SIGACTION_BYTES,
            Long.BYTES);
      }
      calls.run(batch);
      return batch.getLong(actions, 0);
    }
  }
}
