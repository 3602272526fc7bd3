package dev.ckpt.core.tracee;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.TouchHook;
import java.io.IOException;
import java.time.Duration;

/**
 * Asks whether this kernel answers what only a stopped task can be asked about: a stub of ours is
 * started, stopped, asked and ended.
 *
 * <p>Each method returns when it does; the exception says why not. Threading: any. Blocks for the
 * milliseconds that a process takes to start.
 */
public final class StubTrial {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private StubTrial() {}

  private interface Question {
    void ask(Tracee tracee) throws IOException;
  }

  /** PTRACE_GET_RSEQ_CONFIGURATION, without which no task can be dumped. */
  public static void tryRseqConfiguration() throws IOException {
    ask(Tracee::rseq);
  }

  /** PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG, without which that state is not seen. */
  public static void trySyscallDispatch() throws IOException {
    ask(Tracee::syscallDispatch);
  }

  private static void ask(Question question) throws IOException {
    try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDWR);
        Stub stub = Stub.start(nothing.number());
        Tracer tracer = Tracer.start(stub.pid(), TouchHook.NONE)) {
      tracer.run(
          self -> {
            try (FrozenTask frozen = FrozenTask.freeze(self, stub.pid(), PATIENCE)) {
              question.ask(frozen.leader());
            }
            return null;
          });
    }
  }
}
