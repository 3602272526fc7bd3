package dev.ckpt.bench.live;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.FrozenProcess;
import dev.ckpt.HelperGuard;
import dev.ckpt.HelperProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * What a helper process costs each test that wants it as it was: started and warmed up anew, or
 * frozen once and brought back. In turns, in a warm JVM, by the public classes.
 *
 * <p>Usage: {@code bench/helpers [--runs N] [--cases redis,python,jvm]}.
 */
public final class Helpers {
  private static final int WARM_UP_RUNS = 200;
  private static final int KEYS = 10_000;
  private static final long PAUSE_NANOS = 200_000;
  private static final double MILLION = 1e6;
  private static final String ANEW = "**a test that starts it anew: all of these, and its end**";
  private static final String BACK = "**a test that gets it back: all of these, and its end**";

  private static final String PYTHON =
      """
      import socketserver, sys

      values = {}

      class Keys(socketserver.StreamRequestHandler):
          disable_nagle_algorithm = True

          def handle(self):
              for line in self.rfile:
                  words = line.split()
                  if words[0] == b"SET":
                      values[words[1]] = words[2]
                      self.wfile.write(b"+OK\\r\\n")
                  else:
                      self.wfile.write(b":%d\\r\\n" % len(values))

      socketserver.TCPServer(("127.0.0.1", int(sys.argv[1])), Keys).serve_forever()
      """;

  /**
   * A program that knows keys and values.
   *
   * @param words its command, without the port in the end
   */
  private record Kind(String name, List<String> words) {}

  private final Options options;
  private final Workshop workshop;
  private final HelperGuard guard;

  private Helpers(Options options, Workshop workshop, HelperGuard guard) {
    this.options = options;
    this.workshop = workshop;
    this.guard = guard;
  }

  /** Runs it and prints the table. */
  public static void main(String[] arguments) throws IOException {
    Options options = Options.parse(arguments);
    try (Workshop workshop = Workshop.open(options.folder(), options.sources());
        HelperGuard guard = HelperGuard.start(workshop.file("nothing"))) {
      new Helpers(options, workshop, guard).run();
    }
  }

  private List<Kind> kinds() throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath = System.getProperty("java.class.path");
    String server = RealPrograms.redisServer(workshop).toString();
    return List.of(
        new Kind("redis", List.of(server, "--bind", "127.0.0.1", "--save", "", "--port")),
        new Kind("python", List.of("python3", "-c", PYTHON)),
        new Kind(
            "jvm",
            // NB: any other JVM that starts removes the file of one that was ended.
            List.of(
                java,
                "-XX:+PerfDisableSharedMem",
                "-Xmx64m",
                "-cp",
                classPath,
                KeyServer.class.getName())));
  }

  private void run() throws IOException {
    List<Kind> kinds = kinds();
    options.requireKnown(kinds.stream().map(Kind::name).toList());
    kinds = kinds.stream().filter(kind -> options.isChosen(kind.name())).toList();
    Machine.of(options.folder()).lines().forEach(line -> System.out.println("- " + line));
    System.out.println(
        "- medians of " + options.runs() + "; milliseconds unless it says otherwise\n");
    measure(kinds.get(0), WARM_UP_RUNS);
    List<Figures> columns = new ArrayList<>();
    for (Kind kind : kinds) {
      System.err.println("bench: " + kind.name());
      Figures figures = measure(kind, options.runs());
      figures.add("times as fast", figures.median(ANEW) / figures.median(BACK));
      columns.add(figures);
    }
    Figures.table(kinds.stream().map(Kind::name).toList(), columns);
  }

  private Figures measure(Kind kind, int runs) throws IOException {
    Figures figures = new Figures();
    int port = RealPrograms.freePort();
    try (HelperProcess first = start(kind, port)) {
      warmUp(port);
      long begin = System.nanoTime();
      try (FrozenProcess frozen = first.freeze()) {
        double took = millisSince(begin);
        for (int i = 0; i < runs; i++) {
          startAnew(kind, figures);
          figures.add("frozen, once", took);
          bringBack(frozen, port, figures);
        }
      }
    }
    return figures;
  }

  private static double millisSince(long begin) {
    return (System.nanoTime() - begin) / MILLION;
  }

  /** Looks more often than {@code awaitPort}, which would have it start later than it does. */
  @MustBeClosed
  private HelperProcess start(Kind kind, int port) throws IOException {
    List<String> words = new ArrayList<>(kind.words());
    words.add(Integer.toString(port));
    HelperProcess helper =
        HelperProcess.command(words.toArray(String[]::new)).guardedBy(guard).start();
    boolean ready = false;
    try {
      while (!helper.listensOn(port)) {
        if (!helper.isAlive()) {
          throw new IOException(kind.name() + " ended: " + helper.output());
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      ready = true;
      return helper;
    } finally {
      if (!ready) {
        helper.close();
      }
    }
  }

  private static void warmUp(int port) throws IOException {
    try (KeyClient client = new KeyClient(port)) {
      client.setKeys(KEYS);
    }
  }

  private void startAnew(Kind kind, Figures figures) throws IOException {
    int port = RealPrograms.freePort();
    long begin = System.nanoTime();
    try (HelperProcess helper = start(kind, port)) {
      figures.add("started, until it listens", millisSince(begin));
      long started = System.nanoTime();
      warmUp(port);
      figures.add("warmed up", millisSince(started));
      use(port, figures, "its first answer then");
    }
    figures.add(ANEW, millisSince(begin));
  }

  private void bringBack(FrozenProcess frozen, int port, Figures figures) throws IOException {
    long begin = System.nanoTime();
    try (HelperProcess helper = frozen.restore()) {
      figures.add("back", millisSince(begin));
      use(port, figures, "its first answer");
    }
    figures.add(BACK, millisSince(begin));
  }

  private static void use(int port, Figures figures, String name) throws IOException {
    long begin = System.nanoTime();
    try (KeyClient client = new KeyClient(port)) {
      client.expectKeys(KEYS);
    }
    figures.add(name, millisSince(begin));
  }
}
