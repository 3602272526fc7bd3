package dev.ckpt.tests;

import dev.ckpt.core.checkpoint.Checkpoint;
import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.checkpoint.CheckpointSession;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.TouchHook;
import dev.ckpt.error.RefusalCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The checkpointer that the survival tests kill: dumps tasks into nowhere, several at a time, in a
 * JVM of its own. {@code SurvivalDumper MODE FILE PID...}; it begins when a line comes in.
 *
 * <ul>
 *   <li>{@code count} says for each task how many calls of a dump touch it
 *   <li>{@code before:N}, {@code after:N} kill this JVM at the N-th call, when every task that has
 *       so many stands there; ends by itself when none has
 *   <li>{@code loop} dumps them all again and again; FILE has a byte for each, 1 while it is seized
 * </ul>
 */
public final class SurvivalDumper {
  static final String LOOPING = "looping";

  private SurvivalDumper() {}

  /** Ends with 0 when nobody killed it. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    String mode = arguments[0];
    int[] pids = new int[arguments.length - 2];
    for (int i = 0; i < pids.length; i++) {
      pids[i] = Integer.parseInt(arguments[i + 2]);
    }
    // So that what comes first is loaded when the line comes.
    Checkpoint.obstacles(pids[0]);
    if (System.in.read() < 0) {
      return;
    }
    if (mode.equals("count")) {
      count(pids);
    } else if (mode.equals("loop")) {
      loop(pids, Path.of(arguments[1]));
    } else {
      String[] parts = mode.split(":");
      new Together(pids.length, parts[0].equals("before"), Long.parseLong(parts[1])).run(pids);
    }
  }

  private static void count(int[] pids) throws IOException {
    for (int pid : pids) {
      Counter counter = new Counter();
      try {
        dump(pid, counter);
      } catch (UnsupportedStateException e) {
        // Only of one that is stopped in a sleep for the second time; it does not count to the end.
        if (e.refusals().stream().anyMatch(each -> each.code() != RefusalCode.RESTART_UNKNOWN)) {
          throw e;
        }
      }
      System.out.println(pid + " " + counter.calls);
    }
  }

  private static void dump(int pid, TouchHook hook) throws IOException {
    // With all that a dump can do to a task: it makes a userfaultfd too, and a pipe.
    try (CheckpointSession session = CheckpointSession.open(pid);
        ImageOutput nowhere = new Nowhere()) {
      session.dump(
          CheckpointOptions.of(pid).withHook(hook).withBackend("parasite"),
          nowhere,
          Path.of("nowhere"));
    }
  }

  private static void killSelf() {
    try {
      Signals.kill(Tasks.self(), Signals.SIGKILL);
    } catch (SyscallException e) {
      throw new IllegalStateException(e);
    }
  }

  private static class Counter implements TouchHook {
    long calls;

    @Override
    public void before(String call) {
      calls++;
    }

    @Override
    public void after(String call) {}
  }

  /** Dumps that come to their n-th call side by side, and die there. */
  private static final class Together {
    private final boolean before;
    private final long when;
    private final CountDownLatch aligned;
    private final AtomicInteger remaining;
    private final AtomicBoolean anybody = new AtomicBoolean();

    Together(int nr, boolean before, long when) {
      this.before = before;
      this.when = when;
      this.aligned = new CountDownLatch(nr);
      this.remaining = new AtomicInteger(nr);
    }

    void run(int[] pids) throws InterruptedException {
      List<Thread> threads = new ArrayList<>();
      for (int pid : pids) {
        Thread thread = new Thread(() -> dumpOne(pid));
        thread.start();
        threads.add(thread);
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }

    private void dumpOne(int pid) {
      try {
        dump(pid, new Meeting());
      } catch (IOException | RuntimeException e) {
        System.out.println(pid + " " + e);
      }
      aligned.countDown();
      passed();
    }

    private void passed() {
      if (remaining.decrementAndGet() == 0 && anybody.get()) {
        killSelf();
      }
    }

    private final class Meeting extends Counter {
      @Override
      public void before(String call) {
        super.before(call);
        if (calls != when) {
          return;
        }
        anybody.set(true);
        aligned.countDown();
        try {
          aligned.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
        if (before) {
          killSelf();
        }
      }

      @Override
      public void after(String call) {
        if (calls == when) {
          passed();
          while (true) {
            LockSupport.park();
          }
        }
      }
    }
  }

  private static void loop(int[] pids, Path file) throws IOException, InterruptedException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MappedByteBuffer seized = channel.map(FileChannel.MapMode.READ_WRITE, 0, pids.length);
      CountDownLatch begun = new CountDownLatch(pids.length);
      for (int i = 0; i < pids.length; i++) {
        int slot = i;
        new Thread(() -> dumpForEver(pids[slot], new Note(seized, slot, begun))).start();
      }
      begun.await();
      System.out.println(LOOPING);
      System.out.flush();
      Thread.currentThread().join();
    }
  }

  private static void dumpForEver(int pid, TouchHook hook) {
    try {
      while (true) {
        dump(pid, hook);
      }
    } catch (IOException | RuntimeException e) {
      System.out.println(pid + " " + e);
      System.out.flush();
    }
  }

  /** Notes whether a task is seized, in a file that outlives us. */
  private static final class Note implements TouchHook {
    private final ByteBuffer seized;
    private final int slot;
    private final CountDownLatch begun;

    Note(ByteBuffer seized, int slot, CountDownLatch begun) {
      this.seized = seized;
      this.slot = slot;
      this.begun = begun;
    }

    @Override
    public void before(String call) {
      if (call.startsWith("PTRACE_")) {
        seized.put(slot, (byte) 1);
      }
    }

    @Override
    public void after(String call) {
      if (call.equals("PTRACE_SEIZE")) {
        begun.countDown();
      } else if (call.equals("PTRACE_DETACH")) {
        seized.put(slot, (byte) 0);
      }
    }
  }

  /** Takes an image and forgets it. */
  private static final class Nowhere implements ImageOutput, WritableByteChannel {
    @Override
    public boolean isPrompt() {
      return true;
    }

    @Override
    public WritableByteChannel channel() {
      return this;
    }

    @Override
    public int write(ByteBuffer from) {
      int nr = from.remaining();
      from.position(from.limit());
      return nr;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void publish() {}

    @Override
    public void sync() {}

    @Override
    public void close() {}
  }
}
