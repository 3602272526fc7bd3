package example;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;

/** A connection to Redis, as small as can be; your tests have a real client here. */
final class Redis implements AutoCloseable {
  private final Socket socket;
  private final BufferedReader answers;

  Redis(int port) throws IOException {
    socket = new Socket("127.0.0.1", port);
    answers = new BufferedReader(new InputStreamReader(socket.getInputStream()));
  }

  /** The answer to a command; that there is no such value is {@code -1}. */
  String ask(String command) throws IOException {
    socket.getOutputStream().write((command + "\r\n").getBytes());
    String answer = answers.readLine();
    boolean isText = answer.startsWith("$") && !answer.equals("$-1");
    return isText ? answers.readLine() : answer.substring(1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
