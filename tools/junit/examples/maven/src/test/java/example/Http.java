package example;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URL;

/** Requests of HTTP to this machine. */
final class Http {
  private Http() {}

  static String get(int port, String path) throws IOException {
    return answer(open(port, path));
  }

  static String post(int port, String path, String body) throws IOException {
    HttpURLConnection connection = open(port, path);
    connection.setDoOutput(true);
    connection.getOutputStream().write(body.getBytes());
    return answer(connection);
  }

  private static HttpURLConnection open(int port, String path) throws IOException {
    URL url = new URL("http", "127.0.0.1", port, path);
    HttpURLConnection connection = (HttpURLConnection) url.openConnection();
    // A connection that is kept open would be part of what is frozen, and is refused.
    connection.setRequestProperty("Connection", "close");
    return connection;
  }

  private static String answer(HttpURLConnection connection) throws IOException {
    return new String(connection.getInputStream().readAllBytes());
  }
}
