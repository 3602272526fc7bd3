package dev.ckpt.junit;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.Checkpoint;
import dev.ckpt.FrozenProcess;
import dev.ckpt.HelperCommand;
import dev.ckpt.HelperGuard;
import dev.ckpt.HelperProcess;
import dev.ckpt.error.CkptException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/**
 * One helper with a port and a folder of its own: started, warmed up and frozen when it is first
 * used, and brought back from then on. Where that cannot be it is started anew each time.
 *
 * <p>Threading: one thread at a time.
 */
final class Instance implements AutoCloseable {
  private static final long LOOK_NANOS = 2_000_000;
  private static final String STARTED_ANEW = "is started anew for every test";

  /** Set by tests: as on a machine where nothing can be frozen. */
  static final String NEVER_FREEZE = "ckpt.junit.neverFreeze";

  /**
   * What is started.
   *
   * @param environment variables beside ours
   */
  record Command(List<String> words, Map<String, String> environment, Path folder) {}

  private final HelperSpec spec;
  private final HelperGuard guard;
  private final Place place;
  private final Path own;
  private final Path kept;

  private int port;
  private Optional<FrozenProcess> frozen = Optional.empty();
  private Optional<RunningHelper> running = Optional.empty();
  private boolean neverFrozen;

  /**
   * Makes one that does not run yet.
   *
   * @param place for its files; closed with it
   */
  Instance(HelperSpec spec, HelperGuard guard, Place place) throws IOException {
    this.spec = spec;
    this.guard = guard;
    this.place = place;
    this.own = Files.createDirectories(place.folder().resolve("folder"));
    this.kept = place.folder().resolve("kept");
    if (place.image().filter(Files::exists).isPresent() && Files.exists(place.port())) {
      port = Integer.parseInt(Files.readString(place.port()));
      frozen = Optional.of(FrozenProcess.from(place.image().get(), guard));
    }
  }

  /** Has it run in the state in which every test gets it. */
  RunningHelper begin() throws IOException {
    boolean done = false;
    try {
      if (frozen.isEmpty() || !comesBack("is started once more")) {
        start();
        if (!neverFrozen) {
          freeze();
        }
      }
      done = true;
      return running.orElseThrow();
    } finally {
      if (!done) {
        end();
      }
    }
  }

  /**
   * Brings it back.
   *
   * @param instead what is done if it cannot be; then it is not frozen any more
   */
  // What is opened here belongs to this object.
  @SuppressWarnings("MustBeClosedChecker")
  private boolean comesBack(String instead) throws IOException {
    FrozenProcess image = frozen.orElseThrow();
    try {
      FolderCopy.putBack(kept, own);
      run(new Subject.Freezable(image.restore()));
      return true;
    } catch (CkptException e) {
      frozen = Optional.empty();
      image.close();
      giveUp("does not come back", e, instead);
      return false;
    }
  }

  private RunningHelper run(Subject subject) {
    running = Optional.of(new RunningHelper(subject, port, own));
    return running.get();
  }

  private void giveUp(String what, Exception e, String instead) throws IOException {
    String why = "helper " + spec.name() + " " + what + ": " + e.getMessage();
    if (spec.ifImpossible() == IfImpossible.FAIL) {
      throw new IOException(why, e);
    }
    System.err.println("ckpt: " + why.replace('\n', ' ') + "; it " + instead);
  }

  private void start() throws IOException {
    port = spec.hasPort() ? freePort() : 0;
    FolderCopy.empty(own);
    run(startProcess());
    awaitReady();
    warmUp();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private Subject startProcess() throws IOException {
    Map<String, String> environment = new LinkedHashMap<>();
    spec.environment().forEach((name, value) -> environment.put(name, filled(value)));
    Command command =
        new Command(
            spec.words().stream().map(this::filled).toList(),
            environment,
            spec.folder().orElse(own));
    if (!System.getProperty("os.name").equals("Linux") || Boolean.getBoolean(NEVER_FREEZE)) {
      if (!neverFrozen) {
        neverFrozen = true;
        giveUp(
            "cannot be frozen",
            new IOException("this is " + System.getProperty("os.name")),
            STARTED_ANEW);
      }
      return PlainSubject.start(command, place.folder().resolve("output"));
    }
    HelperCommand start =
        HelperProcess.command(command.words().toArray(String[]::new))
            .folder(command.folder())
            .guardedBy(guard);
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      start = start.environment(variable.getKey(), variable.getValue());
    }
    return new Subject.Freezable(start.start());
  }

  private String filled(String text) {
    return text.replace(HelperSpec.PORT, Integer.toString(port))
        .replace(HelperSpec.FOLDER, own.toString());
  }

  private void awaitReady() throws IOException {
    RunningHelper helper = running.orElseThrow();
    long end = System.nanoTime() + spec.patience().toNanos();
    boolean ready = false;
    while (!ready) {
      requireAlive("before it was ready");
      ready = !spec.hasPort() || helper.subject().listensOn(port);
      for (ReadyCondition each : spec.ready()) {
        ready = ready && each.isReady(helper);
      }
      if (!ready && System.nanoTime() - end > 0) {
        throw new IOException(
            "helper " + spec.name() + " was not ready within " + spec.patience() + said());
      }
      if (!ready) {
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }
  }

  private void warmUp() throws IOException {
    for (WarmUp each : spec.warmUps()) {
      try {
        each.warmUp(running.orElseThrow());
      } catch (Exception e) {
        OptionalInt code = running.orElseThrow().subject().exitCode();
        throw new IOException(
            "the warm-up of helper "
                + spec.name()
                + " failed: "
                + e
                + (code.isPresent() ? "; it has ended with " + code.getAsInt() : "")
                + said(),
            e);
      }
    }
    requireAlive("in its warm-up");
  }

  private void requireAlive(String when) throws IOException {
    OptionalInt code = running.orElseThrow().subject().exitCode();
    if (code.isPresent()) {
      throw new IOException(
          "helper " + spec.name() + " ended with " + code.getAsInt() + " " + when + said());
    }
  }

  private String said() throws IOException {
    String text = running.orElseThrow().output().strip();
    return text.isEmpty() ? "; it wrote nothing" : "; it wrote:\n" + text;
  }

  /** Freezes it and brings it back; if that cannot be, it is started for every test from now on. */
  // What is opened here belongs to this object.
  @SuppressWarnings("MustBeClosedChecker")
  private void freeze() throws IOException {
    HelperProcess process = ((Subject.Freezable) running.orElseThrow().subject()).process();
    try {
      frozen = Optional.of(freeze(process));
    } catch (CkptException e) {
      neverFrozen = true;
      giveUp("cannot be frozen", e, STARTED_ANEW);
      return;
    }
    FolderCopy.keep(own, kept);
    if (place.image().isPresent()) {
      Files.writeString(place.port(), Integer.toString(port));
    }
    if (!comesBack(STARTED_ANEW)) {
      neverFrozen = true;
      start();
    }
  }

  /** NB: an image that is kept is of use once its port is told, and its folder is there. */
  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  private FrozenProcess freeze(HelperProcess process) throws IOException {
    UnaryOperator<Checkpoint> options =
        dump -> spec.closing() ? dump.closingTcpConnections() : dump;
    if (place.image().isEmpty()) {
      return process.freeze(options);
    }
    Files.deleteIfExists(place.port());
    return process.freezeTo(place.image().get(), options);
  }

  /** Ends what runs of it. */
  void end() throws IOException {
    if (running.isPresent()) {
      Subject subject = running.get().subject();
      running = Optional.empty();
      subject.close();
    }
  }

  @Override
  public void close() throws IOException {
    end();
    if (frozen.isPresent()) {
      frozen.get().close();
      frozen = Optional.empty();
    }
    place.close();
  }
}
