package dev.ckpt.backend.userfaultfd;

import dev.ckpt.core.backend.FaultServer;
import dev.ckpt.core.backend.LazyTask;
import dev.ckpt.core.backend.Probe;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Tether;
import dev.ckpt.core.kernel.Userfaultfd;
import java.io.IOException;
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
    Fd image = Fd.open(task.image().toString(), Fcntl.O_RDONLY);
    Tether tether = Tether.to(task.pid());
    Journal journal =
        Journal.begin(
            new Journal.Setup(
                task.pid(),
                task.uuid(),
                task.userfault().number(),
                image.number(),
                List.copyOf(tether.numbers()),
                task.image().toAbsolutePath(),
                task.trusting(),
                task.maxRate(),
                task.ranges()));
    Serving serving = new Serving(journal);
    serving.begin(task.userfault());
    PageServer server = new PageServer(journal, image, serving, tether);
    server.start();
    return server;
  }
}
