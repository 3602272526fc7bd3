package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.checkpoint.TcpPolicy;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Signals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers that know nothing of us are ended between requests and answer the next ones. */
@Tag("live")
class RealServersLiveTest {
  private static final Pattern PORT = Pattern.compile("(?:port |127\\.0\\.0\\.1:)(\\d+)");
  private static final String PAGE = "hello from before the dump\n";
  private static final String REQUESTS = "promhttp_metric_handler_requests_total{code=\"200\"}";
  private static final int TERMINATED = 128 + Signals.SIGTERM;
  private static final int KEYS = 10_000;
  private static final int PATIENCE_MILLIS = 60_000;

  @Test
  void pythonAnswersAfterItsRestore() throws IOException {
    try (LiveProgram server = pythonServer()) {
      int port = port(server);
      assertEquals(PAGE, get(port, "/page"));
      awaitNoConnection(server);
      server.dump(server.besides("image"), false);
      assertEquals(PAGE, get(port, "/page"));
      awaitNoConnection(server);
      Path second = server.besides("second");
      server.dump(second, true);
      server.restore(second, false);
      assertEquals(PAGE, get(port, "/page"));
      assertEquals(PAGE, get(port, "/page"));
    }
  }

  @Test
  void pythonDropsAnOpenConnection() throws IOException {
    try (LiveProgram server = pythonServer()) {
      int port = port(server);
      Path image = server.besides("image");
      try (Socket open = connect(port)) {
        open.getOutputStream().write("GET /".getBytes(StandardCharsets.US_ASCII));
        awaitAccepted(server);
        UnsupportedStateException refused =
            assertThrows(UnsupportedStateException.class, () -> server.dump(image, true));
        assertEquals("TCP_CONNECTION", refused.refusals().get(0).code().name());
        server.dump(
            CheckpointOptions.of(server.pid()).withStop(true).withTcp(TcpPolicy.CLOSE), image);
      }
      server.restore(image, false);
      assertEquals(PAGE, get(port, "/page"));
    }
  }

  /**
   * A server of Go: threads of its own scheduler, signals between them, and a garbage collector.
   */
  @ParameterizedTest
  @EnumSource
  void nodeExporterGoesOnCounting(Scenario scenario) throws IOException {
    List<String> arguments =
        List.of(
            "--web.listen-address=127.0.0.1:0",
            "--collector.disable-defaults",
            "--collector.meminfo",
            "--collector.stat");
    Path program = Programs.needed("prometheus-node-exporter");
    try (LiveProgram server = start(program, arguments, LiveProgram.newFolder())) {
      int port = port(server);
      for (int requests = 0; requests < 3; requests++) {
        assertEquals(requests, metric(port, REQUESTS));
      }
      awaitNoConnection(server);
      server
          .withWork(
              () -> {
                assertEquals(3, metric(port, REQUESTS));
                assertEquals(4, metric(port, REQUESTS));
                assertTrue(metric(port, "node_memory_MemTotal_bytes") > 0);
                Signals.kill(server.pid(), Signals.SIGTERM);
              })
          .withVerdict(() -> {});
      scenario.run(server, TERMINATED);
    }
  }

  private static double metric(int port, String name) throws IOException {
    String page = get(port, "/metrics");
    return page.lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name + " in " + page));
  }

  @ParameterizedTest
  @EnumSource
  void redisKeepsItsKeysAndTakesMore(Scenario scenario) throws IOException {
    int port = freePort();
    try (LiveProgram server = redisServer(port)) {
      awaitRedis(server, port);
      try (RedisClient client = RedisClient.connect(port)) {
        setKeys(client, 0, KEYS);
      }
      awaitNoConnection(server);
      server
          .withWork(
              () -> {
                try (RedisClient client = RedisClient.connect(port)) {
                  expectKeys(client, KEYS);
                  setKeys(client, KEYS, 2 * KEYS);
                  expectKeys(client, 2 * KEYS);
                  client.send("SHUTDOWN", "NOSAVE");
                  client.flush();
                }
              })
          .withVerdict(() -> {});
      scenario.run(server, 0);
    }
  }

  /** Has a client wait for a value of a list; another one tells when it does. */
  private static void block(RedisClient client, String list, RedisClient other, LiveProgram server)
      throws IOException {
    client.send("BLPOP", list, "0");
    client.flush();
    Await.until(
        "a blocked client",
        () -> other.ask("INFO", "clients").contains("blocked_clients:1\r"),
        server::describe);
  }

  @Test
  void redisDropsItsClientsAndKeepsItsKeys() throws IOException {
    int port = freePort();
    try (LiveProgram server = redisServer(port)) {
      awaitRedis(server, port);
      Path image = server.besides("image");
      try (RedisClient idle = RedisClient.connect(port);
          RedisClient blocked = RedisClient.connect(port)) {
        setKeys(idle, 0, KEYS);
        block(blocked, "no such list", idle, server);
        server.withDumpOptions(options -> options.withTcp(TcpPolicy.CLOSE)).dump(image, true);
        assertThrows(IOException.class, () -> idle.ask("PING"));
        assertThrows(IOException.class, blocked::answer);
      }
      server.restore(image, false);
      try (RedisClient client = RedisClient.connect(port)) {
        Await.until("no other client", () -> isAlone(client), server::describe);
        expectKeys(client, KEYS);
        setKeys(client, KEYS, 2 * KEYS);
        expectKeys(client, 2 * KEYS);
      }
    }
  }

  @Test
  void redisKeepsItsClients() throws IOException {
    int port = freePort();
    try (LiveProgram server = redisServer(port)) {
      awaitRedis(server, port);
      Path image = server.besides("image");
      try (RedisClient idle = RedisClient.connect(port);
          RedisClient blocked = RedisClient.connect(port)) {
        setKeys(idle, 0, KEYS);
        block(blocked, "a list", idle, server);
        server.withDumpOptions(options -> options.withTcp(TcpPolicy.KEEP)).dump(image, true);
        server.restore(image, false);
        expectKeys(idle, KEYS);
        assertEquals("1", idle.ask("RPUSH", "a list", "a value"));
        assertEquals("2", blocked.answer());
        assertEquals("a list", blocked.answer());
        assertEquals("a value", blocked.answer());
        try (RedisClient another = RedisClient.connect(port)) {
          expectKeys(another, KEYS);
        }
      }
    }
  }

  private static boolean isAlone(RedisClient client) throws IOException {
    String clients = client.ask("INFO", "clients");
    return clients.contains("connected_clients:1\r") && clients.contains("blocked_clients:0\r");
  }

  /** NB: one program has both names, and only the other one is in a package without a service. */
  private static LiveProgram redisServer(int port) throws IOException {
    Path program = Programs.needed("redis-check-rdb");
    Path base = LiveProgram.newFolder();
    Path name = Files.createSymbolicLink(base.resolve("redis-server"), program);
    List<String> address = List.of("--bind", "127.0.0.1", "--port", Integer.toString(port));
    List<String> inMemory = List.of("--save", "", "--appendonly", "no", "--dir", base.toString());
    return start(name, Stream.of(address, inMemory).flatMap(List::stream).toList(), base);
  }

  private static void awaitRedis(LiveProgram server, int port) throws IOException {
    Await.until(
        "redis",
        () -> {
          try (RedisClient client = RedisClient.connect(port)) {
            return client.ask("PING").equals("PONG");
          } catch (ConnectException e) {
            return false;
          }
        },
        () -> server.describe());
  }

  private static void setKeys(RedisClient client, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      client.send("SET", "key " + i, value(i));
    }
    client.flush();
    for (int i = from; i < to; i++) {
      assertEquals("OK", client.answer());
    }
  }

  private static void expectKeys(RedisClient client, int count) throws IOException {
    assertEquals(Integer.toString(count), client.ask("DBSIZE"));
    for (int i = 0; i < count; i++) {
      client.send("GET", "key " + i);
    }
    client.flush();
    for (int i = 0; i < count; i++) {
      assertEquals(value(i), client.answer());
    }
  }

  private static String value(int i) {
    return "value ".repeat(i % 20) + i;
  }

  /** A server may still be closing the connection of the last request. */
  private static void awaitNoConnection(LiveProgram server) throws IOException {
    Await.until("no connection is left", () -> sockets(server) == 1, server::describe);
  }

  private static long sockets(LiveProgram server) throws IOException {
    try (var files = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
      return files.filter(RealServersLiveTest::isSocket).count();
    }
  }

  private static boolean isSocket(Path file) {
    try {
      return Files.readSymbolicLink(file).toString().startsWith("socket:");
    } catch (NoSuchFileException e) {
      // It was closed meanwhile.
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static LiveProgram pythonServer() throws IOException {
    Path base = LiveProgram.newFolder();
    Path root = Files.createDirectory(base.resolve("root"));
    Files.writeString(root.resolve("page"), PAGE);
    return start(
        Programs.needed("python3"),
        List.of("-um", "http.server", "0", "--bind", "127.0.0.1", "--directory", root.toString()),
        base);
  }

  /** Starts a server that writes into a log. */
  private static LiveProgram start(Path program, List<String> arguments, Path base)
      throws IOException {
    Path log = Files.createFile(base.resolve("log"));
    try (Fd in = Fd.open("/dev/null", Fcntl.O_RDONLY);
        Fd out = Fd.open(log.toString(), Fcntl.O_RDWR | Fcntl.O_APPEND)) {
      return LiveProgram.start(program, arguments, base, in.number(), out.number());
    }
  }

  /** The port that it says it has. */
  private static int port(LiveProgram server) throws IOException {
    Path log = server.besides("log");
    Await.until("the port", () -> PORT.matcher(Files.readString(log)).find(), server::describe);
    Matcher said = PORT.matcher(Files.readString(log));
    said.find();
    return Integer.parseInt(said.group(1));
  }

  /** It makes a thread for each connection. */
  private static void awaitAccepted(LiveProgram server) throws IOException {
    Path threads = Path.of("/proc/" + server.pid() + "/task");
    Await.until("a second thread", () -> count(threads) == 2, server::describe);
  }

  private static long count(Path folder) throws IOException {
    try (var entries = Files.list(folder)) {
      return entries.count();
    }
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  /** A port that was free just now. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** The body of the answer to one request. */
  private static String get(int port, String path) throws IOException {
    try (Socket socket = connect(port)) {
      String request = "GET " + path + " HTTP/1.0\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }
  }
}
