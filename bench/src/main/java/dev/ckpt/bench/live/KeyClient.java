package dev.ckpt.bench.live;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A connection to a server of keys and values on this machine.
 *
 * <p>Source: the inline commands of Redis.
 */
final class KeyClient implements AutoCloseable {
  private static final int AHEAD = 1000;

  private final Socket socket;
  private final BufferedWriter out;
  private final BufferedReader in;

  KeyClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    out =
        new BufferedWriter(
            new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.US_ASCII));
    in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
  }

  /** Sets so many keys, a thousand commands ahead of their answers. */
  void setKeys(int count) throws IOException {
    for (int from = 0; from < count; from += AHEAD) {
      int to = Math.min(count, from + AHEAD);
      for (int i = from; i < to; i++) {
        out.write("SET key" + i + " value" + i + "\r\n");
      }
      out.flush();
      for (int i = from; i < to; i++) {
        expect("+OK");
      }
    }
  }

  /** Asks how many keys there are. */
  void expectKeys(int count) throws IOException {
    out.write("DBSIZE\r\n");
    out.flush();
    expect(":" + count);
  }

  private void expect(String answer) throws IOException {
    String line = in.readLine();
    if (!answer.equals(line)) {
      throw new IOException("the server answers " + line + " instead of " + answer);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
