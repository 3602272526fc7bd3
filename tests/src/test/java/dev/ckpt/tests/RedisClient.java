package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;

/**
 * A connection to a Redis server on this machine. Commands may be sent ahead of their answers.
 *
 * <p>Source: RESP2, the protocol of Redis.
 */
final class RedisClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 60_000;

  private final Socket socket;
  private final OutputStream out;
  private final InputStream in;

  private RedisClient(Socket socket) throws IOException {
    this.socket = socket;
    out = new BufferedOutputStream(socket.getOutputStream());
    in = new BufferedInputStream(socket.getInputStream());
  }

  static RedisClient connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    return new RedisClient(socket);
  }

  /** Sends a command with the next flush. */
  void send(String... words) throws IOException {
    out.write(("*" + words.length + "\r\n").getBytes(UTF_8));
    for (String word : words) {
      byte[] bytes = word.getBytes(UTF_8);
      out.write(("$" + bytes.length + "\r\n").getBytes(UTF_8));
      out.write(bytes);
      out.write("\r\n".getBytes(UTF_8));
    }
  }

  void flush() throws IOException {
    out.flush();
  }

  /** The answer to a command. */
  String ask(String... words) throws IOException {
    send(words);
    flush();
    return answer();
  }

  /** The next answer: a status, a number, the length of a list, or a string that is there. */
  String answer() throws IOException {
    String line = line();
    switch (line.charAt(0)) {
      case '+':
      case ':':
      case '*':
        return line.substring(1);
      case '$':
        int length = Integer.parseInt(line.substring(1));
        if (length < 0) {
          throw new AssertionError("there is no such value");
        }
        String value = new String(exactly(length), UTF_8);
        exactly("\r\n".length());
        return value;
      default:
        throw new AssertionError("the server answers " + line);
    }
  }

  private byte[] exactly(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the server hung up");
    }
    return bytes;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    while (line.length() < 2 || line.charAt(line.length() - 1) != '\n') {
      line.append((char) exactly(1)[0]);
    }
    return line.substring(0, line.length() - 2);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
