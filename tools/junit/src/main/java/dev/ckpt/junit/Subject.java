package dev.ckpt.junit;

import dev.ckpt.HelperProcess;
import java.io.IOException;
import java.util.OptionalInt;

/** The process behind a helper. Closing ends it. */
interface Subject extends AutoCloseable {
  long pid();

  /** Its exit status; nothing while it runs. */
  OptionalInt exitCode() throws IOException;

  String output() throws IOException;

  /** What came since it was started, or came back. */
  String newOutput() throws IOException;

  boolean listensOn(int port) throws IOException;

  @Override
  void close() throws IOException;

  /** One that can be frozen. */
  record Freezable(HelperProcess process) implements Subject {
    @Override
    public long pid() {
      return process.pid();
    }

    @Override
    public OptionalInt exitCode() throws IOException {
      return process.exitCode();
    }

    @Override
    public String output() throws IOException {
      return process.output();
    }

    @Override
    public String newOutput() throws IOException {
      return process.newOutput();
    }

    @Override
    public boolean listensOn(int port) throws IOException {
      return process.listensOn(port);
    }

    @Override
    public void close() throws IOException {
      process.close();
    }
  }
}
