package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Spawn;
import dev.ckpt.core.kernel.TouchHook;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.MapsEntry;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.Status;
import dev.ckpt.core.proc.SyscallState;
import dev.ckpt.core.proc.TaskState;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.core.tracee.CodeSite;
import dev.ckpt.core.tracee.FrozenTask;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.core.tracee.SeccompGate;
import dev.ckpt.core.tracee.StopSignal;
import dev.ckpt.core.tracee.Tracee;
import dev.ckpt.core.tracee.Tracer;
import dev.ckpt.core.tracee.Vdso;
import dev.ckpt.core.tracee.x86_64.LoopCode;
import dev.ckpt.core.tracee.x86_64.SyscallRestart;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.error.CkptException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The loop runs inside a child, in both ways to stop, and leaves nothing of itself behind. */
@Tag("live")
class LoopCodeLiveTest {
  /** Stops by a signal that the task ignores, or from call to call. */
  private static final String BY_SIGNAL = "23";

  private static final String BY_STEPS = "0";
  private static final int XSTATE_BV = 512;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** A child that sleeps until it is killed. */
  private static final class Sleeper implements AutoCloseable {
    private final int pid;

    Sleeper() throws IOException {
      try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDWR)) {
        int fd = nothing.number();
        pid = Spawn.program("/bin/sleep").arguments("1000").stdio(fd, fd, fd).start();
      }
      awaitSleep();
    }

    void awaitSleep() throws IOException {
      Await.until(
          "sleep",
          () -> {
            SyscallState call = ProcFs.of(pid).syscall(pid);
            return call.kind() == SyscallState.Kind.INSIDE
                && (call.nr() == SyscallNumbers.CLOCK_NANOSLEEP
                    || call.nr() == SyscallNumbers.RESTART_SYSCALL);
          },
          () -> "pid " + pid);
    }

    @Override
    public void close() throws CkptException {
      Signals.kill(pid, Signals.SIGKILL);
      Ptrace.waitFor(pid, 0);
    }
  }

  private interface Body {
    void run(RemoteSyscalls calls, Tracee leader, RemoteMemory memory) throws IOException;
  }

  /**
   * Freezes, infects, works, cures, thaws; checks that the thread is put back before it goes on.
   */
  private static void infected(int pid, int stopSignal, Body body) throws IOException {
    try (RemoteMemory memory = RemoteMemory.open(pid, TouchHook.NONE);
        Tracer tracer = Tracer.start(pid, TouchHook.NONE)) {
      CodeSite site =
          CodeSite.find(pid, Vdso.find(ProcFs.of(pid).maps().entries()).orElseThrow(), memory);
      tracer.run(
          self -> {
            try (FrozenTask frozen = FrozenTask.freeze(self, pid, PATIENCE)) {
              Tracee leader = frozen.leader();
              final UserRegs regs = leader.regs();
              final byte[] xstate = xstate(leader);
              final long mask = leader.sigmask();
              try (RemoteSyscalls calls =
                  RemoteSyscalls.infect(leader, memory, site, stopSignal, SeccompGate.OPEN)) {
                body.run(calls, leader, memory);
              }
              assertEquals(SyscallRestart.forLiveThread(regs), leader.regs());
              assertArrayEquals(xstate, xstate(leader));
              assertEquals(mask, leader.sigmask());
              assertArrayEquals(
                  new byte[LoopCode.size()],
                  memory.readForced(site.address(), LoopCode.size()),
                  "dead bytes are zeros again");
            }
            return null;
          });
    }
  }

  /**
   * The extended state without the bits that say which components are in use (XSTATE_BV): the CPU
   * may drop a bit when the component has its initial value.
   */
  private static byte[] xstate(Tracee tracee) throws CkptException {
    byte[] xstate = tracee.xstate();
    Arrays.fill(xstate, XSTATE_BV, XSTATE_BV + Long.BYTES, (byte) 0);
    return xstate;
  }

  private static List<String> maps(int pid) throws CkptException {
    List<String> lines = new ArrayList<>();
    for (MapsEntry entry : ProcFs.of(pid).maps().entries()) {
      lines.add(entry.toString());
    }
    return lines;
  }

  private static Map<String, Long> signals(int pid) throws CkptException {
    Status status = ProcFs.of(pid).status();
    return Map.of(
        "blocked", status.sigBlk(),
        "pending", status.sigPnd() | status.shdPnd(),
        "ignored", status.sigIgn(),
        "caught", status.sigCgt());
  }

  @ParameterizedTest
  @ValueSource(strings = {BY_SIGNAL, BY_STEPS})
  void makesCallsAndGoesOn(int stopSignal) throws IOException {
    try (Sleeper sleeper = new Sleeper()) {
      List<String> maps = maps(sleeper.pid);
      Map<String, Long> signals = signals(sleeper.pid);
      List<Integer> fds = ProcFs.of(sleeper.pid).fds();
      for (int i = 0; i < 3; i++) {
        infected(
            sleeper.pid,
            stopSignal,
            (calls, leader, memory) -> {
              Batch batch = calls.batch();
              Batch.Result pid = batch.call("getpid", SyscallNumbers.GETPID);
              Batch.Result failing = batch.tryCall("close", SyscallNumbers.CLOSE, -1);
              Batch.Result tid = batch.call("gettid", SyscallNumbers.GETTID);
              calls.run(batch);
              assertEquals(sleeper.pid, batch.result(pid));
              assertEquals(-Errno.EBADF, batch.result(failing));
              assertEquals(sleeper.pid, batch.result(tid));
            });
        sleeper.awaitSleep();
        assertEquals(maps, maps(sleeper.pid));
        assertEquals(signals, signals(sleeper.pid));
        assertEquals(fds, ProcFs.of(sleeper.pid).fds());
        assertEquals(0, ProcFs.of(sleeper.pid).status().tracerPid());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {BY_SIGNAL, BY_STEPS})
  void refersFromCallToCall(int stopSignal) throws IOException {
    try (Sleeper sleeper = new Sleeper()) {
      infected(
          sleeper.pid,
          stopSignal,
          (calls, leader, memory) -> {
            Batch batch = calls.batch();
            Batch.Data ends = batch.space(8);
            Batch.Data text = batch.data("through the pipe".getBytes(UTF_8));
            Batch.Data back = batch.space(16);
            batch.call("pipe2", SyscallNumbers.PIPE2, ends, Fcntl.O_CLOEXEC);
            Batch.Result copy = batch.call("dup", SyscallNumbers.DUP, ends.word(4));
            Batch.Result sent = batch.call("write", SyscallNumbers.WRITE, copy, text, 16);
            // Its third argument is the result of the write: as much as was written.
            Batch.Result got = batch.call("read", SyscallNumbers.READ, ends.word(0), back, sent);
            batch.call("close", SyscallNumbers.CLOSE, ends.word(0));
            batch.call("close", SyscallNumbers.CLOSE, ends.word(4));
            batch.call("close", SyscallNumbers.CLOSE, copy);
            calls.run(batch);
            assertEquals(16, batch.result(sent));
            assertEquals(16, batch.result(got));
            assertEquals("through the pipe", new String(batch.bytes(back), UTF_8));
            assertTrue(batch.getInt(ends, 4) > batch.getInt(ends, 0));
          });
      sleeper.awaitSleep();
    }
  }

  /**
   * Every argument register, plain and by reference: a call that takes six and says what it got.
   */
  @ParameterizedTest
  @ValueSource(strings = {BY_SIGNAL, BY_STEPS})
  void passesSixArguments(int stopSignal) throws IOException {
    try (Sleeper sleeper = new Sleeper()) {
      infected(
          sleeper.pid,
          stopSignal,
          (calls, leader, memory) -> {
            Batch batch = calls.batch();
            Batch.Data words = batch.space(6 * Long.BYTES);
            long hint = 0x100000000000L;
            long[] arguments = {hint, 8192, 3, 0x100022, -1, 0};
            for (int i = 0; i < arguments.length; i++) {
              batch.putLong(words, i * Long.BYTES, arguments[i]);
            }
            Batch.Result plain =
                batch.call("mmap", SyscallNumbers.MMAP, hint, 8192, 3, 0x100022, -1, 0);
            batch.call("munmap", SyscallNumbers.MUNMAP, plain, words.word(8));
            Batch.Result referred =
                batch.call(
                    "mmap",
                    SyscallNumbers.MMAP,
                    words.word(0),
                    words.word(8),
                    words.word(16),
                    words.word(24),
                    words.word(32),
                    words.word(40));
            batch.call("munmap", SyscallNumbers.MUNMAP, referred, words.word(8));
            calls.run(batch);
            assertEquals(hint, batch.result(plain));
            assertEquals(hint, batch.result(referred));
          });
      sleeper.awaitSleep();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {BY_SIGNAL, BY_STEPS})
  void stopsAtTheCallThatMayNotFail(int stopSignal) throws IOException {
    try (Sleeper sleeper = new Sleeper()) {
      infected(
          sleeper.pid,
          stopSignal,
          (calls, leader, memory) -> {
            Batch batch = calls.batch();
            batch.tryCall("close", SyscallNumbers.CLOSE, -1);
            batch.call("close of nothing", SyscallNumbers.CLOSE, -1);
            batch.call("exit_group", SyscallNumbers.EXIT_GROUP, 1);
            SyscallException e = assertThrows(SyscallException.class, () -> calls.run(batch));
            assertEquals(Errno.EBADF, e.errno());
            assertEquals("close of nothing", e.call());
            assertTrue(
                e.getMessage().startsWith("[pid " + sleeper.pid + " tid " + sleeper.pid + "]"),
                e.getMessage());
            Batch next = calls.batch();
            Batch.Result pid = next.call("getpid", SyscallNumbers.GETPID);
            calls.run(next);
            assertEquals(sleeper.pid, next.result(pid), "it goes on with the next batch");
          });
      sleeper.awaitSleep();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {BY_SIGNAL, BY_STEPS})
  void runsManyFullBatches(int stopSignal) throws IOException {
    try (Sleeper sleeper = new Sleeper()) {
      infected(
          sleeper.pid,
          stopSignal,
          (calls, leader, memory) -> {
            for (int i = 0; i < 5; i++) {
              Batch batch = calls.batch();
              List<Batch.Result> results = new ArrayList<>();
              while (batch.hasRoom(1, 0)) {
                results.add(batch.call("getpid", SyscallNumbers.GETPID));
              }
              assertEquals(RemoteSyscalls.MAX_CALLS, results.size());
              calls.run(batch);
              for (Batch.Result result : results) {
                assertEquals(sleeper.pid, batch.result(result));
              }
            }
            calls.run(calls.batch());
            BatchRunner runner = new BatchRunner(calls);
            for (int i = 0; i < 1000; i++) {
              runner.call("getpid", SyscallNumbers.GETPID);
            }
            Batch.Result last = runner.room(1, 8).call("gettid", SyscallNumbers.GETTID);
            assertEquals(sleeper.pid, runner.flush().result(last));
          });
      sleeper.awaitSleep();
    }
  }

  /** What comes for the thread meanwhile is not lost, and is not taken for our stop. */
  @ParameterizedTest
  @ValueSource(strings = {BY_SIGNAL, BY_STEPS})
  void aSignalThatComesMeanwhileIsKept(int stopSignal) throws IOException {
    try (Sleeper sleeper = new Sleeper()) {
      infected(
          sleeper.pid,
          stopSignal,
          (calls, leader, memory) -> {
            Signals.kill(sleeper.pid, Signals.SIGURG);
            Signals.kill(sleeper.pid, Signals.SIGTERM);
            for (int i = 0; i < 3; i++) {
              Batch batch = calls.batch();
              Batch.Result pid = batch.call("getpid", SyscallNumbers.GETPID);
              calls.run(batch);
              assertEquals(sleeper.pid, batch.result(pid));
            }
          });
      Await.until(
          "its end by SIGTERM",
          () -> ProcFs.of(sleeper.pid).stat().state().ended(),
          () -> "pid " + sleeper.pid);
    }
  }

  /** Nobody can block SIGSTOP: it stops the task when it goes on, not our code. */
  @ParameterizedTest
  @ValueSource(strings = {BY_SIGNAL, BY_STEPS})
  void aStopThatComesMeanwhileComesAfterwards(int stopSignal) throws IOException {
    try (Sleeper sleeper = new Sleeper()) {
      infected(
          sleeper.pid,
          stopSignal,
          (calls, leader, memory) -> {
            Signals.kill(sleeper.pid, Signals.SIGSTOP);
            Batch batch = calls.batch();
            Batch.Result pid = batch.call("getpid", SyscallNumbers.GETPID);
            calls.run(batch);
            assertEquals(sleeper.pid, batch.result(pid));
          });
      Await.until(
          "the stop",
          () -> ProcFs.of(sleeper.pid).stat().state() == TaskState.STOPPED,
          () -> "pid " + sleeper.pid);
      Signals.kill(sleeper.pid, Signals.SIGCONT);
      sleeper.awaitSleep();
    }
  }

  /** These programs hold known values in their registers and look at them all the time. */
  @ParameterizedTest
  @CsvSource({
    "gpr," + BY_SIGNAL,
    "gpr," + BY_STEPS,
    "fpu_sse," + BY_SIGNAL,
    "fpu_sse," + BY_STEPS,
    "avx," + BY_SIGNAL,
    "avx," + BY_STEPS,
    "rseq," + BY_SIGNAL,
    "rseq," + BY_STEPS,
    "counter_loop," + BY_SIGNAL,
    "counter_loop," + BY_STEPS,
    "nanosleep_long," + BY_SIGNAL,
    "nanosleep_long," + BY_STEPS,
    "poll_wait," + BY_SIGNAL,
    "poll_wait," + BY_STEPS,
    "read_block," + BY_SIGNAL,
    "read_block," + BY_STEPS
  })
  void programsThatCheckThemselvesNoticeNothing(String name, int stopSignal) throws IOException {
    Programs.Program program =
        Programs.all().stream()
            .filter(candidate -> candidate.name().equals(name))
            .findFirst()
            .orElseThrow();
    try (LiveProgram live = LiveProgram.start(program)) {
      live.awaitReady();
      for (int i = 0; i < 25; i++) {
        infected(
            live.pid(),
            stopSignal,
            (calls, leader, memory) -> {
              Batch batch = calls.batch();
              Batch.Result pid = batch.call("getpid", SyscallNumbers.GETPID);
              calls.run(batch);
              assertEquals(live.pid(), batch.result(pid));
            });
      }
      assertFalse(live.hasEnded());
      live.finish(program.exitStatus());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {BY_SIGNAL, BY_STEPS})
  void closesTwiceAndOnADeadTask(int stopSignal) throws IOException {
    try (Sleeper sleeper = new Sleeper();
        RemoteMemory memory = RemoteMemory.open(sleeper.pid, TouchHook.NONE);
        Tracer tracer = Tracer.start(sleeper.pid, TouchHook.NONE)) {
      int pid = sleeper.pid;
      CodeSite site =
          CodeSite.find(pid, Vdso.find(ProcFs.of(pid).maps().entries()).orElseThrow(), memory);
      tracer.run(
          self -> {
            try (FrozenTask frozen = FrozenTask.freeze(self, pid, PATIENCE);
                RemoteSyscalls calls =
                    RemoteSyscalls.infect(
                        frozen.leader(), memory, site, stopSignal, SeccompGate.OPEN)) {
              calls.close();
              calls.close();
              assertEquals(StopSignal.NONE, 0);
            }
            try (FrozenTask frozen = FrozenTask.freeze(self, pid, PATIENCE);
                RemoteSyscalls calls =
                    RemoteSyscalls.infect(
                        frozen.leader(), memory, site, stopSignal, SeccompGate.OPEN)) {
              Signals.kill(pid, Signals.SIGKILL);
              Await.until(
                  "the end", () -> ProcFs.of(pid).stat().state().ended(), () -> "pid " + pid);
              Batch batch = calls.batch();
              batch.call("getpid", SyscallNumbers.GETPID);
              assertThrows(CkptException.class, () -> calls.run(batch));
            }
            return null;
          });
    }
  }
}
