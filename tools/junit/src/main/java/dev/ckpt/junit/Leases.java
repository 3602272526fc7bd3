package dev.ckpt.junit;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;

/**
 * Who has which helper: what JUnit keeps of a test, or of a class, and closes when that is over.
 */
final class Leases {
  private static final Namespace POOLS = Namespace.create(Leases.class, "pools");
  private static final Namespace LEASES = Namespace.create(Leases.class, "leases");

  private Leases() {}

  /** The helper of a test; the same one if it asks again. */
  static RunningHelper of(ExtensionContext context, HelperSpec spec) {
    ExtensionContext scope = spec.lifetime() == Lifetime.PER_CLASS ? topClass(context) : context;
    Store store = scope.getStore(LEASES);
    return store
        .getOrComputeIfAbsent(spec, key -> lease(context, key), HelperPool.Lease.class)
        .helper();
  }

  private static HelperPool.Lease lease(ExtensionContext context, HelperSpec spec) {
    try {
      return topClass(context)
          .getStore(POOLS)
          .getOrComputeIfAbsent(spec, Leases::pool, HelperPool.class)
          .lease();
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private static HelperPool pool(HelperSpec spec) {
    try {
      return new HelperPool(spec);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /** Nested classes have the helpers of the class that they are in. */
  private static ExtensionContext topClass(ExtensionContext context) {
    ExtensionContext top = context;
    for (ExtensionContext at = context; at.getParent().isPresent(); at = at.getParent().get()) {
      top = at;
    }
    return top;
  }

  /** Puts what a helper wrote beside what a test failed with. */
  static void explain(ExtensionContext context, HelperSpec spec) throws IOException {
    ExtensionContext scope = spec.lifetime() == Lifetime.PER_CLASS ? topClass(context) : context;
    HelperPool.Lease lease = scope.getStore(LEASES).get(spec, HelperPool.Lease.class);
    if (lease == null || context.getExecutionException().isEmpty()) {
      return;
    }
    RunningHelper helper = lease.helper();
    String end =
        helper.subject().exitCode().isPresent()
            ? " ended with " + helper.subject().exitCode().getAsInt() + " and"
            : "";
    String text = helper.newOutput().strip();
    context
        .getExecutionException()
        .get()
        .addSuppressed(
            new HelperWrote(
                "helper "
                    + spec.name()
                    + " (pid "
                    + helper.pid()
                    + ")"
                    + end
                    + (text.isEmpty() ? " wrote nothing in this test" : " wrote:\n" + text)));
  }
}
