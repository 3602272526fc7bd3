package dev.ckpt.cli;

import dev.ckpt.cli.text.Units;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A line on a terminal that shows how far a dump or restore is, once it has taken a second.
 *
 * <p>Threading: drawn on a thread of its own, because a terminal that was stopped with Ctrl-S must
 * not stop the work, nor keep a task frozen.
 */
final class ProgressBar implements AutoCloseable {
  private static final long DELAY_MILLIS = 1000;
  private static final long INTERVAL_MILLIS = 200;
  private static final long PATIENCE_MILLIS = 1000;
  private static final int BAR_CHARS = 30;
  private static final int PAGE_BYTES = 4096;
  private static final int PERCENT = 100;
  private static final String ERASE_LINE = "\r\u001b[K";

  private final String what;
  private final PrintStream terminal;
  private final BooleanSupplier background;
  private final CountDownLatch over = new CountDownLatch(1);
  private final Thread painter;
  private volatile long done;
  private volatile long total;
  private boolean drawn;

  ProgressBar(String what, PrintStream terminal, BooleanSupplier background) {
    this.what = what;
    this.terminal = terminal;
    this.background = background;
    this.painter = new Thread(this::paint, "ckpt-progress");
    painter.setDaemon(true);
  }

  /** Begins to measure; nothing is ever drawn when standard error is no terminal. */
  static ProgressBar start(String what, Console console) {
    ProgressBar bar = new ProgressBar(what, console.err(), Console::isInBackground);
    if (Console.stderrIsTty()) {
      bar.painter.start();
    }
    return bar;
  }

  /** So many pages are done, of so many; 0 when that is not known. */
  void pages(long donePages, long totalPages) {
    total = totalPages;
    done = donePages;
  }

  private void paint() {
    try {
      long delayMillis = DELAY_MILLIS;
      while (!over.await(delayMillis, TimeUnit.MILLISECONDS)) {
        // NB: before the first page somebody may be typing a passphrase in this line.
        if (done > 0) {
          draw();
        }
        delayMillis = INTERVAL_MILLIS;
      }
      erase();
    } catch (InterruptedException e) {
      // Nobody interrupts this thread: it goes when it is asked to, or with the process.
      Thread.currentThread().interrupt();
    }
  }

  /** Draws the line; not in the background, where the terminal is somebody else's. */
  void draw() {
    if (!background.getAsBoolean()) {
      drawn = true;
      terminal.print(ERASE_LINE + line(what, done, total));
      terminal.flush();
    }
  }

  private void erase() {
    if (drawn) {
      terminal.print(ERASE_LINE);
      terminal.flush();
    }
  }

  /** The line as it is drawn. */
  static String line(String what, long done, long total) {
    String size = Units.bytes(done * PAGE_BYTES);
    if (total <= 0) {
      return what + "  " + size;
    }
    long shown = Math.min(done, total);
    int filled = (int) (shown * BAR_CHARS / total);
    return what
        + " ["
        + "#".repeat(filled)
        + ".".repeat(BAR_CHARS - filled)
        + "] "
        + shown * PERCENT / total
        + "%  "
        + size
        + " of "
        + Units.bytes(total * PAGE_BYTES);
  }

  /** Takes the line away; does not wait long for a terminal that takes nothing. */
  @Override
  public void close() {
    over.countDown();
    try {
      painter.join(PATIENCE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
