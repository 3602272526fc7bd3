package dev.ckpt.junit;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A helper that runs, for one test.
 *
 * <p>Threading: any.
 */
public final class RunningHelper {
  private final Subject subject;
  private final int port;
  private final Path folder;

  RunningHelper(Subject subject, int port, Path folder) {
    this.subject = subject;
    this.port = port;
    this.folder = folder;
  }

  /** Its pid. */
  public long pid() {
    return subject.pid();
  }

  /**
   * The port that stood for {@code {port}} in its command; on the loopback address, of nobody else.
   */
  public int port() {
    return port;
  }

  /** The folder that stood for {@code {folder}}, and in which it began if no other was said. */
  public Path folder() {
    return folder;
  }

  /** Whether it has not ended. */
  public boolean isAlive() throws IOException {
    return subject.exitCode().isEmpty();
  }

  /** All that it has written to standard output and error, from its start. */
  public String output() throws IOException {
    return subject.output();
  }

  /** What of that came in this test. */
  public String newOutput() throws IOException {
    return subject.newOutput();
  }

  Subject subject() {
    return subject;
  }
}
