package dev.ckpt.junit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An extension that every test of a class gets a helper process from, as it was when it was frozen:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final FrozenHelper redis =
 *     FrozenHelper.command("redis-server", "--port", "{port}")
 *         .warmUp(helper -> load(helper.port()))
 *         .build();
 *
 * @Test
 * void knowsTheKeys() {
 *   assertEquals(10_000, size(redis.port()));
 * }
 * }</pre>
 *
 * <p>The field is to be static: a helper lives as long as the tests of its class, with those of
 * nested classes. Tests that run at the same time have one each, of which the methods here tell on
 * the test's thread.
 */
public final class FrozenHelper implements BeforeEachCallback, AfterEachCallback {
  private final HelperSpec spec;
  private final ThreadLocal<RunningHelper> current = new ThreadLocal<>();

  private FrozenHelper(HelperSpec spec) {
    this.spec = spec;
  }

  /**
   * One with this command: the program, looked for in PATH if it has no slash, and its arguments.
   * {@code {port}} in a word stands for a port that nobody has, {@code {folder}} for a folder of
   * its own, whose files too are in every test as they were when it was frozen.
   */
  public static Builder command(String... words) {
    return new Builder(HelperSpec.of(List.of(words)));
  }

  /** The helper of the test that runs on this thread. */
  public RunningHelper helper() {
    return Optional.ofNullable(current.get())
        .orElseThrow(() -> new IllegalStateException("no test of this helper runs on this thread"));
  }

  /** The port of {@link #helper}. */
  public int port() {
    return helper().port();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    current.set(Leases.of(context, spec));
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    current.remove();
    Leases.explain(context, spec);
  }

  /** Says what a helper is; each method returns this. Threading: one thread. */
  public static final class Builder {
    private HelperSpec spec;
    private final Map<String, String> environment = new LinkedHashMap<>();

    private Builder(HelperSpec spec) {
      this.spec = spec;
    }

    /** A variable beside ours. */
    public Builder environment(String name, String value) {
      environment.put(name, value);
      return this;
    }

    /** The folder that it begins in, whose files are nobody's business; else one of its own. */
    public Builder folder(Path folder) {
      spec = spec.withFolder(folder);
      return this;
    }

    /**
     * A condition for it to be ready; all must hold. If its command has {@code {port}}, that it
     * listens there is one already.
     */
    public Builder readyWhen(ReadyCondition condition) {
      spec = spec.readyWhen(condition);
      return this;
    }

    /** It is ready when its output has a line in which this regular expression is found. */
    public Builder readyWhenOutput(String regex) {
      return readyWhen(outputHas(regex));
    }

    /** It is ready when there is such a file; a relative one in its own folder. */
    public Builder readyWhenFile(String file) {
      return readyWhen(helper -> Files.exists(helper.folder().resolve(file)));
    }

    /** Brings it into the state that tests get it in; several are done in their order. */
    public Builder warmUp(WarmUp warmUp) {
      spec = spec.warmedUpBy(warmUp);
      return this;
    }

    /** How long it may take to be ready; 30 seconds if not said. */
    public Builder patience(Duration time) {
      spec = spec.withPatience(time);
      return this;
    }

    /** What is done where it cannot be frozen; it is started anew if not said. */
    public Builder ifImpossible(IfImpossible policy) {
      spec = spec.with(policy);
      return this;
    }

    /** The tests of the class have one among them, which goes on from test to test. */
    public Builder perClass() {
      spec = spec.with(Lifetime.PER_CLASS);
      return this;
    }

    /**
     * TCP connections that are open when it is frozen, such as those of a client's pool, come back
     * as ones that were reset; else it cannot be frozen with them.
     */
    public Builder closingConnections() {
      spec = spec.withClosing(true);
      return this;
    }

    /**
     * Its image is kept for the next runs: see {@link Reuse}.
     *
     * @param name that no other helper of the class has: nobody can tell one lambda from another,
     *     so that of two helpers with one command each might get the image of the other
     */
    public Builder reuse(String name) {
      spec = spec.withReuse(Optional.of(name));
      return this;
    }

    /** The extension. */
    public FrozenHelper build() {
      return new FrozenHelper(spec.withEnvironment(environment));
    }
  }

  static ReadyCondition outputHas(String regex) {
    Pattern pattern = Pattern.compile(regex);
    return helper -> helper.output().lines().anyMatch(pattern.asPredicate());
  }
}
