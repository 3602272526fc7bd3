package dev.ckpt.core.kernel;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import java.lang.ref.Reference;
import java.util.Arrays;

/**
 * Asks whoever sits at our controlling terminal for something that nobody shall see. The terminal
 * does not show what is typed until it is closed, or a signal ends the JVM.
 *
 * <p>In the background it stops us, as any program that asks there, until we are in the foreground.
 * Source: termios(3), getpass(3).
 */
public final class SecretPrompt implements AutoCloseable {
  /** Sets the terminal when all was written to it, and forgets what was typed and not read. */
  private static final long TCSETSF = 0x5404;

  // struct termios: c_iflag 0, c_lflag 12 (asm/termbits.h)
  private static final int C_IFLAG = 0;
  private static final int C_LFLAG = 12;
  private static final int ICRNL = 0400;
  private static final int ISIG = 1;
  private static final int ICANON = 2;
  private static final int ECHO = 010;
  private static final int ECHONL = 0100;

  private static final int LINE_BYTES = 4096;

  private final Fd tty;
  private final NativeBuffer saved = NativeBuffer.allocate(Terminal.TERMIOS_BYTES);
  private final Thread onSignal = new Thread(this::restore, "ckpt-echo");
  private boolean closed;

  private SecretPrompt(Fd tty) {
    this.tty = tty;
  }

  /**
   * Begins to ask.
   *
   * @throws CkptException when there is no terminal, or we are being ended
   */
  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  public static SecretPrompt open() throws CkptException {
    SecretPrompt prompt = new SecretPrompt(Terminal.open());
    boolean done = false;
    try {
      prompt.hide();
      done = true;
      return prompt;
    } finally {
      if (!done) {
        prompt.tty.close();
      }
    }
  }

  private void hide() throws CkptException {
    tty.ioctl(Terminal.TCGETS, saved.address());
    try {
      Runtime.getRuntime().addShutdownHook(onSignal);
    } catch (IllegalStateException e) {
      throw new CkptException(FailureCode.INTERRUPTED, "a signal came before anything was done", e);
    }
    byte[] bytes = saved.getBytes(0, saved.size());
    NativeBuffer hidden = NativeBuffer.of(bytes);
    hidden.putInt(C_IFLAG, saved.getInt(C_IFLAG) | ICRNL);
    hidden.putInt(C_LFLAG, saved.getInt(C_LFLAG) & ~ECHO | ECHONL | ICANON | ISIG);
    tty.ioctl(TCSETSF, hidden.address());
    Reference.reachabilityFence(hidden);
  }

  /**
   * Shows a text and waits for a line.
   *
   * @return its bytes without the end of the line, for the caller to wipe; none at the end of input
   */
  public byte[] ask(String text) throws SyscallException {
    FdChannel channel = new FdChannel(tty);
    NativeBuffer shown = NativeBuffer.of(Files.bytes(text));
    for (var left = shown.view(); left.hasRemaining(); ) {
      channel.write(left);
    }
    NativeBuffer line = NativeBuffer.allocate(LINE_BYTES);
    try {
      var bytes = line.view();
      // In this mode a read gives one line at most.
      int nr = Math.max(0, channel.read(bytes));
      byte[] typed = line.getBytes(0, nr);
      if (nr == 0 || typed[nr - 1] != '\n') {
        return typed;
      }
      byte[] without = Arrays.copyOf(typed, nr - 1);
      Arrays.fill(typed, (byte) 0);
      return without;
    } finally {
      line.clear();
    }
  }

  /** NB: not while the terminal is another job's: whoever has it then, has set it for himself. */
  private synchronized void restore() {
    if (!closed) {
      closed = true;
      if (LibC.tcgetpgrp(tty.number()) == LibC.getpgrp()) {
        // Whether it works or not: a terminal that has hung up needs no settings.
        LibC.ioctl(tty.number(), Terminal.TCSETS, saved.address());
        Reference.reachabilityFence(saved);
      }
    }
  }

  @Override
  public void close() {
    restore();
    try {
      Runtime.getRuntime().removeShutdownHook(onSignal);
    } catch (IllegalStateException e) {
      // It runs already, and finds nothing to do.
    }
    tty.close();
  }
}
