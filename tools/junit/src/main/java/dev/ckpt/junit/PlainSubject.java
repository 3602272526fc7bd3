package dev.ckpt.junit;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/** A process of java.lang, for machines on which none can be frozen. */
final class PlainSubject implements Subject {
  private static final int CONNECT_MILLIS = 200;

  private final Process process;
  private final Path log;

  private PlainSubject(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** Starts it; its output goes to a file. */
  static PlainSubject start(Instance.Command command, Path log) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command.words())
            .directory(command.folder().toFile())
            .redirectErrorStream(true)
            .redirectInput(
                new File(System.getProperty("os.name").startsWith("Win") ? "NUL" : "/dev/null"))
            .redirectOutput(log.toFile());
    builder.environment().putAll(command.environment());
    return new PlainSubject(builder.start(), log);
  }

  @Override
  public long pid() {
    return process.pid();
  }

  @Override
  public OptionalInt exitCode() {
    return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
  }

  @Override
  public String output() throws IOException {
    return Files.readString(log, StandardCharsets.UTF_8);
  }

  @Override
  public String newOutput() throws IOException {
    return output();
  }

  @Override
  public boolean listensOn(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      // Nobody does, yet.
      return false;
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
