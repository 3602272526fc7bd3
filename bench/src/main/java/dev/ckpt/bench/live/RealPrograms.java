package dev.ckpt.bench.live;

import com.google.errorprone.annotations.MustBeClosed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Programs that know nothing of us. */
final class RealPrograms {
  private static final String LOOPBACK = "127.0.0.1";
  private static final int KEYS = 100_000;
  private static final int VALUE_BYTES = 300;
  private static final int HEAP_MIB = 64;
  private static final int ROWS = 30_000;

  private RealPrograms() {}

  /** All of them. */
  static List<Case> all() {
    return List.of(
        new Case("python", "python3 -m http.server", 0, RealPrograms::python),
        new Case(
            "redis",
            "redis with " + KEYS + " values of " + VALUE_BYTES + " bytes",
            0,
            RealPrograms::redis),
        new Case(
            "sqlite", "sqlite3 in a transaction of " + ROWS + " rows", 0, RealPrograms::sqlite),
        new Case("jvm", "A JVM with " + HEAP_MIB + " MiB on its heap", 0, RealPrograms::jvm));
  }

  @MustBeClosed
  private static Target python(Workshop workshop) throws IOException {
    Path root = Files.createDirectories(workshop.file("root"));
    List<String> words =
        List.of("python3", "-um", "http.server", "0", "--bind", LOOPBACK, "-d", root.toString());
    int pid = workshop.start(words);
    workshop.await("python", () -> workshop.said(words).contains("Serving"));
    return Target.plain(workshop, pid);
  }

  @MustBeClosed
  private static Target redis(Workshop workshop) throws IOException {
    Path server = redisServer(workshop);
    String port = Integer.toString(freePort());
    int pid =
        workshop.start(
            List.of(
                server.toString(),
                "--bind",
                LOOPBACK,
                "--port",
                port,
                "--save",
                "",
                "--enable-debug-command",
                "yes"));
    workshop.await("redis", () -> answers(port));
    workshop.run("redis-cli", "-p", port, "debug", "populate", "" + KEYS, "key", "" + VALUE_BYTES);
    workshop.await("the end of all connections", () -> sockets(pid) == 1);
    return Target.plain(workshop, pid);
  }

  /** NB: one program has both names, and this one is in a package without a service. */
  static Path redisServer(Workshop workshop) throws IOException {
    Path server = workshop.file("redis-server");
    if (!Files.exists(server)) {
      Files.createSymbolicLink(server, Workshop.onPath("redis-check-rdb"));
    }
    return server;
  }

  /** A port that was free just now. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static boolean answers(String port) {
    try (Socket socket = new Socket(LOOPBACK, Integer.parseInt(port))) {
      return socket.isConnected();
    } catch (IOException e) {
      // Not yet.
      return false;
    }
  }

  private static long sockets(int pid) {
    try (Stream<Path> fds = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return fds.filter(RealPrograms::isSocket).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isSocket(Path fd) {
    try {
      return Files.readSymbolicLink(fd).toString().startsWith("socket:");
    } catch (NoSuchFileException e) {
      // It was closed meanwhile.
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @MustBeClosed
  private static Target sqlite(Workshop workshop) throws IOException {
    Path ready = workshop.file("ready");
    Path script = workshop.file("script");
    Path database = workshop.file("database");
    for (String file : List.of("ready", "database", "database-journal")) {
      Files.deleteIfExists(workshop.file(file));
    }
    Files.writeString(
        script,
        "create table t(a integer primary key, b blob);\n"
            + "begin;\n"
            + "with recursive c(x) as (select 1 union all select x + 1 from c limit "
            + ROWS
            + ") insert into t select x, randomblob(1000) from c;\n"
            + ".output "
            + ready
            + "\n.print ready\n.output\n"
            + "with recursive c(x) as (select 1 union all select x + 1 from c)"
            + " select count(*) from c;\n");
    int pid =
        workshop.start(
            List.of("sqlite3", "-batch", "-init", script.toString(), database.toString()));
    workshop.await("sqlite", () -> ready.toFile().length() > 0);
    return Target.plain(workshop, pid);
  }

  @MustBeClosed
  private static Target jvm(Workshop workshop) throws IOException {
    Path ready = workshop.file("ready");
    Files.deleteIfExists(ready);
    int pid =
        workshop.start(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // NB: any other JVM that starts removes the file of one that was ended.
                "-XX:+PerfDisableSharedMem",
                "-cp",
                System.getProperty("java.class.path"),
                SomeHeap.class.getName(),
                Integer.toString(HEAP_MIB),
                ready.toString()));
    workshop.await("a JVM", () -> Files.exists(ready));
    return Target.plain(workshop, pid);
  }
}
