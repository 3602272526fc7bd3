package dev.ckpt.bench.live;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** A service in a JVM: keys and values, for one {@link KeyClient} at a time. */
public final class KeyServer {
  private final Map<String, String> values = new HashMap<>();

  private KeyServer() {}

  /** Serves on a port. */
  public static void main(String[] arguments) throws IOException {
    KeyServer server = new KeyServer();
    int port = Integer.parseInt(arguments[0]);
    try (ServerSocket listening = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      while (true) {
        try (Socket client = listening.accept()) {
          server.serve(client);
        }
      }
    }
  }

  private void serve(Socket client) throws IOException {
    // NB: else a thousand small answers wait 40 ms for the client's acknowledgement.
    client.setTcpNoDelay(true);
    BufferedReader in =
        new BufferedReader(
            new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String answer = answer(line.split(" ")) + "\r\n";
      client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private String answer(String[] words) {
    if (words[0].equals("DBSIZE")) {
      return ":" + values.size();
    }
    values.put(words[1], words[2]);
    return "+OK";
  }
}
