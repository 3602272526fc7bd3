package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ckpt.HelperCommand;
import dev.ckpt.HelperProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Talks to {@code engine/helper}. */
final class HelperClient {
  static final Duration PATIENCE = Duration.ofSeconds(20);

  private HelperClient() {}

  /** A port that nobody listens on now. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** The program that listens there. */
  static HelperCommand command(int port, String... more) throws IOException {
    List<String> words = new ArrayList<>();
    words.add(program());
    words.add(Integer.toString(port));
    words.addAll(List.of(more));
    return HelperProcess.command(words.toArray(String[]::new));
  }

  static String program() throws IOException {
    return Programs.folder().resolve("engine/helper").toString();
  }

  /** Starts it and waits until it listens. */
  static HelperProcess start(int port) throws IOException {
    HelperProcess helper = command(port).start();
    boolean ready = false;
    try {
      helper.awaitPort(port, PATIENCE);
      ready = true;
      return helper;
    } finally {
      if (!ready) {
        helper.close();
      }
    }
  }

  /** Sends a line; returns the one that comes back, or nothing. */
  static String ask(int port, String line) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      socket.getOutputStream().write((line + "\n").getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8).strip();
    }
  }
}
