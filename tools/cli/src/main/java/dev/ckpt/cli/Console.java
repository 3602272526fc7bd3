package dev.ckpt.cli;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Files;
import dev.ckpt.core.kernel.Terminal;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where the command writes to. Always UTF-8: what JSON asks for, whatever the locale says.
 *
 * @param out standard output; flushed by whoever ends the command
 * @param err standard error
 */
record Console(PrintStream out, PrintStream err) {
  private static final int STDIN = 0;
  private static final int STDOUT = 1;
  private static final int STDERR = 2;

  /** The process's own. */
  static Console ofProcess() {
    return new Console(stream(FileDescriptor.out, false), stream(FileDescriptor.err, true));
  }

  private static PrintStream stream(FileDescriptor descriptor, boolean autoFlush) {
    return new PrintStream(new FileOutputStream(descriptor), autoFlush, StandardCharsets.UTF_8);
  }

  /** Whether standard input is a terminal. */
  static boolean stdinIsTty() {
    return Files.isTty(STDIN);
  }

  /** Whether standard output is a terminal. */
  static boolean stdoutIsTty() {
    return Files.isTty(STDOUT);
  }

  /** Whether standard error is a terminal. */
  static boolean stderrIsTty() {
    return Files.isTty(STDERR);
  }

  /** Whether another job has the terminal, or it cannot be told. */
  static boolean isInBackground() {
    try {
      return Terminal.isAnothers();
    } catch (SyscallException e) {
      return true;
    }
  }
}
