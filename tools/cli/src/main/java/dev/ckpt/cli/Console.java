package dev.ckpt.cli;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Files;
import dev.ckpt.core.kernel.Terminal;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/**
 * Where the command writes to. Always UTF-8: what JSON asks for, whatever the locale says.
 *
 * @param out standard output; flushed by whoever ends the command
 * @param err standard error
 * @param readerGone whether something was lost because nobody reads standard output any more
 */
record Console(PrintStream out, PrintStream err, BooleanSupplier readerGone) {
  private static final int STDIN = 0;
  private static final int STDOUT = 1;
  private static final int STDERR = 2;
  private static final Path STDOUT_LINK = Path.of("/proc/self/fd/1");
  private static final String CONSOLE = "/dev/console";

  /** The process's own. */
  static Console ofProcess() {
    NoticingStream out = new NoticingStream(new FileOutputStream(FileDescriptor.out));
    return new Console(
        new PrintStream(new BufferedOutputStream(out), false, StandardCharsets.UTF_8),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        out::readerGone);
  }

  /** Whether standard input is a terminal. */
  static boolean stdinIsTty() {
    return Files.isTty(STDIN);
  }

  /** Whether standard output is a terminal. */
  static boolean stdoutIsTty() {
    return Files.isTty(STDOUT);
  }

  /**
   * Whether standard output looks like a terminal, for the looks of what is written there. NB: by
   * its name, because to ask the kernel takes native code, which takes a moment to load.
   */
  static boolean stdoutShowsOnTerminal() {
    try {
      String name = java.nio.file.Files.readSymbolicLink(STDOUT_LINK).toString();
      return name.startsWith("/dev/pts/") || name.startsWith("/dev/tty") || name.equals(CONSOLE);
    } catch (IOException e) {
      // It is closed, or /proc is not there: then for everybody who reads it.
      return false;
    }
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
