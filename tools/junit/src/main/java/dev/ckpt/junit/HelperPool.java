package dev.ckpt.junit;

import dev.ckpt.HelperGuard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The instances of one helper: as many as tests run at the same time, each with a port and a folder
 * of its own. All that there is of them goes when it is closed, or the JVM ends.
 *
 * <p>Threading: any.
 */
final class HelperPool implements AutoCloseable {
  private final HelperSpec spec;
  private final Path base;
  private final Optional<HelperGuard> guard;
  private final List<Instance> all = new ArrayList<>();
  private final Deque<Instance> idle = new ArrayDeque<>();

  // What is opened here belongs to this object.
  @SuppressWarnings("MustBeClosedChecker")
  HelperPool(HelperSpec spec) throws IOException {
    this.spec = spec;
    this.base = Files.createTempDirectory("ckpt-helper");
    this.guard =
        System.getProperty("os.name").equals("Linux")
            ? Optional.of(HelperGuard.start(base))
            : Optional.empty();
  }

  /** A helper that runs, for whoever closes the lease. */
  Lease lease() throws IOException {
    Instance instance = take();
    boolean done = false;
    try {
      Lease lease = new Lease(this, instance, instance.begin());
      done = true;
      return lease;
    } finally {
      if (!done) {
        giveBack(instance);
      }
    }
  }

  private synchronized Instance take() throws IOException {
    if (!idle.isEmpty()) {
      return idle.pop();
    }
    Place place = spec.reuse().isPresent() ? Place.kept(spec) : Place.in(base, all.size());
    Instance instance = new Instance(spec, guard.orElse(HelperGuard.NONE), place);
    all.add(instance);
    return instance;
  }

  private void giveBack(Instance instance) throws IOException {
    try {
      instance.end();
    } finally {
      synchronized (this) {
        idle.push(instance);
      }
    }
  }

  HelperSpec spec() {
    return spec;
  }

  @Override
  public synchronized void close() throws IOException {
    for (Instance each : all) {
      each.close();
    }
    if (guard.isPresent()) {
      guard.get().close();
    } else {
      FolderCopy.empty(base);
      Files.delete(base);
    }
  }

  /** A helper for one test; closing ends it. */
  record Lease(HelperPool pool, Instance instance, RunningHelper helper) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      pool.giveBack(instance);
    }
  }
}
