package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** Servers that know nothing of us are ended between requests and answer the next ones. */
@Tag("live")
class RealServersLiveTest {
  private static final Pattern PORT = Pattern.compile("port (\\d+)");
  private static final String PAGE = "hello from before the dump\n";
  private static final int PATIENCE_MILLIS = 60_000;

  @Test
  void pythonAnswersAfterItsRestore() throws IOException {
    try (LiveProgram server = pythonServer()) {
      int port = port(server);
      assertEquals(PAGE, get(port));
      Path image = server.besides("image");
      dumpBetweenRequests(server, image, false);
      assertEquals(PAGE, get(port));
      Path second = server.besides("second");
      dumpBetweenRequests(server, second, true);
      server.restore(second, false);
      assertEquals(PAGE, get(port));
      assertEquals(PAGE, get(port));
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
        assertEquals("TCP_CONNECTION", refused.refusals().get(0).code());
        server.dump(CheckpointOptions.of(server.pid()).withStop(true).withTcpClose(true), image);
      }
      server.restore(image, false);
      assertEquals(PAGE, get(port));
    }
  }

  /** A thread of the server may still be closing the connection of the last request. */
  private static void dumpBetweenRequests(LiveProgram server, Path image, boolean stop)
      throws IOException {
    Await.until(
        "no connection is left",
        () -> {
          try {
            server.dump(image, stop);
            return true;
          } catch (UnsupportedStateException e) {
            if (!e.refusals().get(0).code().equals("TCP_CONNECTION")) {
              throw e;
            }
            return false;
          }
        },
        server::describe);
  }

  private static LiveProgram pythonServer() throws IOException {
    Path python =
        Programs.onPath("python3")
            .orElseThrow(() -> new TestAbortedException("python3 is not installed"));
    Path base = LiveProgram.newFolder();
    Path root = Files.createDirectory(base.resolve("root"));
    Files.writeString(root.resolve("page"), PAGE);
    Path log = Files.createFile(base.resolve("log"));
    try (Fd in = Fd.open("/dev/null", Fcntl.O_RDONLY);
        Fd out = Fd.open(log.toString(), Fcntl.O_RDWR | Fcntl.O_APPEND)) {
      return LiveProgram.start(
          python,
          List.of("-um", "http.server", "0", "--bind", "127.0.0.1", "--directory", root.toString()),
          base,
          in.number(),
          out.number());
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

  /** The body of the answer to one request. */
  private static String get(int port) throws IOException {
    try (Socket socket = connect(port)) {
      socket
          .getOutputStream()
          .write("GET /page HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }
  }
}
