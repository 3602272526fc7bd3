package dev.ckpt.core.tracee;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.TouchHook;
import dev.ckpt.core.thread.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The one thread from which all ptrace requests for one target are made.
 *
 * <p>When that thread ends the kernel releases whatever it still traces: a live target goes on, a
 * half-built one that was seized with EXITKILL dies. So closing a tracer is always safe.
 *
 * <p>Threading: {@link #run} may be called from any thread and blocks until the work is done; what
 * it runs is on the tracer thread, as everything that takes a {@link Tracee} must be.
 */
public final class Tracer implements AutoCloseable {
  /** Work for the tracer thread. */
  public interface Work<T> {
    /** Does it. */
    T run(Tracer tracer) throws IOException;
  }

  private static final Duration THREAD_END = Duration.ofSeconds(5);

  private final LinkedBlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
  private final TouchHook hook;
  private final Thread thread;
  private volatile boolean closing;
  private volatile int tid;

  private Tracer(int pid, TouchHook hook) {
    this.hook = hook;
    this.thread = new Thread(this::loop, "tracer-" + pid);
    thread.setDaemon(true);
  }

  /** Starts a tracer thread for one target. */
  @MustBeClosed
  public static Tracer start(int pid, TouchHook hook) {
    Tracer tracer = new Tracer(pid, hook);
    tracer.thread.start();
    return tracer;
  }

  private void loop() {
    tid = Tasks.selfThread();
    try {
      while (!closing) {
        queue.take().run();
      }
    } catch (InterruptedException e) {
      // Nobody else has a reference to this thread: an interrupt means the same as close.
      closing = true;
    }
  }

  /** Runs work on the tracer thread and waits for it, whatever interrupts come meanwhile. */
  public <T> T run(Work<T> work) throws IOException {
    FutureTask<T> task = new FutureTask<>(() -> work.run(this));
    queue.add(task);
    return Outcome.of(task);
  }

  /** One ptrace request, seen by the hook. */
  long request(String name, int request, int tid, long addr, long data) throws SyscallException {
    if (Thread.currentThread() != thread) {
      throw new IllegalStateException("ptrace is for " + thread.getName() + " only");
    }
    hook.before("PTRACE_" + name);
    try {
      return Ptrace.request(name, request, tid, addr, data);
    } finally {
      hook.after("PTRACE_" + name);
    }
  }

  /** The hook for calls that touch the target. */
  public TouchHook hook() {
    return hook;
  }

  /** Ends the thread, and with it all tracing; returns when it is over. */
  @Override
  public void close() {
    if (Thread.currentThread() == thread) {
      throw new IllegalStateException("the tracer thread cannot wait for itself");
    }
    queue.add(() -> closing = true);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    // NB: Java calls a thread ended a little before the kernel does, and it is the kernel's end
    // that lets the tracees go.
    Deadline deadline = Deadline.in(THREAD_END);
    Path kernelThread = Path.of("/proc/self/task/" + tid);
    while (Files.exists(kernelThread) && !deadline.passed()) {
      deadline.pause();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
