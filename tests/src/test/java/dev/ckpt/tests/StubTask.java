package dev.ckpt.tests;

import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.backend.Target;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.TouchHook;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.CodeSite;
import dev.ckpt.core.tracee.FrozenHost;
import dev.ckpt.core.tracee.FrozenTask;
import dev.ckpt.core.tracee.Host;
import dev.ckpt.core.tracee.RemoteMap;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.core.tracee.SeccompGate;
import dev.ckpt.core.tracee.Stub;
import dev.ckpt.core.tracee.Tracer;
import dev.ckpt.core.tracee.Vdso;
import dev.ckpt.error.CkptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/** A frozen process of ours with fresh memory, for what works on a stopped task's pages. */
final class StubTask {
  /** What is done with it, on the tracer's thread. */
  interface Body {
    void run(StubTask task) throws IOException;
  }

  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;

  private final FrozenTask frozen;
  private final RemoteMemory memory;

  private StubTask(FrozenTask frozen, RemoteMemory memory) {
    this.frozen = frozen;
    this.memory = memory;
  }

  static void with(Body body) throws IOException {
    try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDWR);
        Stub stub = Stub.start(nothing.number());
        RemoteMemory memory = RemoteMemory.open(stub.pid(), TouchHook.NONE);
        Tracer tracer = Tracer.start(stub.pid(), TouchHook.NONE)) {
      tracer.run(
          self -> {
            try (FrozenTask frozen = FrozenTask.freeze(self, stub.pid(), Duration.ofSeconds(30))) {
              body.run(new StubTask(frozen, memory));
            }
            return null;
          });
    }
  }

  /** What a backend gets of it. */
  Target target() throws CkptException {
    return new Target(frozen.pid(), memory, Optional.of(host()));
  }

  private Host host() throws CkptException {
    RemoteMap vdso = Vdso.find(ProcFs.of(frozen.pid()).maps().entries()).orElseThrow();
    CodeSite site = CodeSite.find(frozen.pid(), vdso, memory);
    return new FrozenHost(frozen.leader(), site, Signals.SIGURG, SeccompGate.OPEN);
  }

  RemoteMemory memory() {
    return memory;
  }

  /** Maps memory in it, where nothing is on either side. */
  PageRange map(long nrPages) throws CkptException {
    long[] address = new long[1];
    calls(
        batch -> {
          Batch.Result result =
              batch.call(
                  "mmap",
                  SyscallNumbers.MMAP,
                  0,
                  (nrPages + 2) * PageRange.PAGE_SIZE,
                  0,
                  MAP_PRIVATE_ANONYMOUS,
                  -1,
                  0);
          return () -> address[0] = batch.result(result) + PageRange.PAGE_SIZE;
        });
    PageRange range = new PageRange(address[0], nrPages);
    protect(range, PROT_READ_WRITE);
    return range;
  }

  void protect(PageRange range, int prot) throws CkptException {
    call("mprotect", SyscallNumbers.MPROTECT, range.address(), range.lenBytes(), prot);
  }

  void unmap(PageRange range) throws CkptException {
    call("munmap", SyscallNumbers.MUNMAP, range.address(), range.lenBytes());
  }

  /** Has it make one call. */
  void call(String name, int number, Object... arguments) throws CkptException {
    calls(
        batch -> {
          batch.call(name, number, arguments);
          return () -> {};
        });
  }

  void kill() throws IOException {
    Signals.kill(frozen.pid(), Signals.SIGKILL);
    Await.until(
        "the end",
        () -> ProcFs.of(frozen.pid()).stat().state().ended(),
        () -> "pid " + frozen.pid());
  }

  void write(PageRange range, ByteBuffer content) throws CkptException {
    ByteBuffer copy = content.duplicate();
    memory.writeAll(range.address(), copy, Math.toIntExact(range.lenBytes()));
  }

  byte[] read(PageRange range) throws CkptException {
    return memory.readForced(range.address(), Math.toIntExact(range.lenBytes()));
  }

  private interface Calls {
    Runnable add(Batch batch);
  }

  private void calls(Calls calls) throws CkptException {
    try (RemoteSyscalls remote = host().infect(memory)) {
      Batch batch = remote.batch();
      Runnable after = calls.add(batch);
      remote.run(batch);
      after.run();
    }
  }
}
