package dev.ckpt.backend.userfaultfd;

import dev.ckpt.core.backend.FaultServer;
import dev.ckpt.core.backend.LazyTask;
import dev.ckpt.core.backend.Probe;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Tether;
import dev.ckpt.core.kernel.Userfaultfd;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Serves pages by a userfaultfd of the task's. */
public final class UserfaultBackend implements FaultServer.Provider {
  @Override
  public String name() {
    return "userfaultfd";
  }

  @Override
  public Probe probe() {
    try (Fd ours = Userfaultfd.open(Userfaultfd.SERVER_FLAGS)) {
      Userfaultfd.api(ours, Userfaultfd.PAGE_SERVING);
      return Probe.yes("userfaultfd with events");
    } catch (SyscallException e) {
      return Probe.no("no userfaultfd with events: " + e.getMessage());
    }
  }

  @Override
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  public FaultServer serve(LazyTask task) throws IOException {
    Deque<AutoCloseable> opened = new ArrayDeque<>(List.of(task.image(), task.userfault()));
    try {
      Tether tether = Tether.to(task.pid());
      opened.push(tether);
      Journal journal = Journal.begin(setup(task, tether));
      opened.push(journal);
      Serving serving = new Serving(journal);
      serving.begin(task.userfault());
      PageServer server = new PageServer(journal, task.image(), serving, tether);
      opened.clear();
      server.start();
      return server;
    } finally {
      opened.forEach(UserfaultBackend::close);
    }
  }

  private static Journal.Setup setup(LazyTask task, Tether tether) {
    return new Journal.Setup(
        task.pid(),
        task.uuid(),
        task.userfault().number(),
        task.image().number(),
        tether.numbers(),
        task.path().toAbsolutePath(),
        task.trusting(),
        task.maxRate(),
        task.ranges());
  }

  private static void close(AutoCloseable opened) {
    try {
      opened.close();
    } catch (Exception e) {
      throw new IllegalStateException("a descriptor of ours cannot be closed", e);
    }
  }
}
