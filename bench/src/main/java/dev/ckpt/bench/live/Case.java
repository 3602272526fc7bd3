package dev.ckpt.bench.live;

import com.google.errorprone.annotations.MustBeClosed;
import java.io.IOException;

/**
 * A task to measure with.
 *
 * @param name as it stands in the tables and is chosen by
 * @param title what it is
 * @param lenBytes what it holds, to compare with plain reads and writes; 0 if that makes no sense
 * @param starter starts it
 */
record Case(String name, String title, long lenBytes, Starter starter) {
  private static final int MIB_SHIFT = 20;

  /** Starts a task and waits until it may be dumped. */
  interface Starter {
    /** Does it. */
    @MustBeClosed
    Target start(Workshop workshop) throws IOException;
  }

  /** A small C program with so many random bytes. */
  static Case ofMib(int mib) {
    String size = mib % 1024 == 0 ? mib / 1024 + " GiB" : mib + " MiB";
    return new Case(
        mib + "M",
        "A C program with " + size + " of random bytes",
        (long) mib << MIB_SHIFT,
        workshop -> Target.ticking(workshop, mib));
  }
}
