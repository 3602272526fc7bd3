package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.core.checkpoint.Checkpoint;
import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FdChannel;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Spawn;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A terminal with bash at it, and somebody who types: we hold the other end. Its prompt tells the
 * exit status of what ran before. The command {@code ckpt} there is the one under test. Closing it
 * ends everything of its session.
 *
 * <p>Source: pty(7), ioctl_tty(2). NB: bash has no line editor here, so that what is typed ahead
 * belongs to whoever reads the terminal.
 */
final class ShellTerminal implements AutoCloseable {
  static final String INTERRUPT = "\u0003";
  static final String SUSPEND = "\u001a";

  private static final long TIOCGPTN = 0x80045430L;
  private static final long TIOCSPTLCK = 0x40045431L;
  private static final long TIOCGPGRP = 0x540f;
  private static final long TIOCSWINSZ = 0x5414;
  private static final long TCGETS = 0x5401;
  private static final int TERMIOS_BYTES = 36;
  private static final int LOCAL_FLAGS = 12;
  private static final int ECHO = 8;
  private static final int ROWS = 24;
  private static final int COLUMNS = 80;
  private static final int KILLED = 128 + Signals.SIGKILL;
  private static final int BUFFER_BYTES = 4096;
  private static final Pattern PROMPT = Pattern.compile("<([0-9]+)> ");

  private final FdChannel master;
  private final int shell;
  private final Thread reader;
  private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
  private int seen;

  private ShellTerminal(FdChannel master, int shell) {
    this.master = master;
    this.shell = shell;
    this.reader = new Thread(this::read, "terminal");
  }

  /** Starts it; its files go into a folder, which is its working directory's home. */
  static ShellTerminal start(Path folder) throws IOException {
    Sessions.adoptOrphans();
    Path bin = Files.createDirectory(folder.resolve("bin"));
    CkptProcess.writeScript(bin.resolve("ckpt"));
    FdChannel master = new FdChannel(Fd.open("/dev/ptmx", Fcntl.O_RDWR | Fcntl.O_NOCTTY));
    boolean done = false;
    try {
      ShellTerminal terminal = new ShellTerminal(master, startShell(master.fd(), bin));
      terminal.reader.start();
      done = true;
      return terminal;
    } finally {
      if (!done) {
        master.close();
      }
    }
  }

  private static int startShell(Fd master, Path bin) throws IOException {
    NativeBuffer number = NativeBuffer.allocate(Integer.BYTES);
    master.ioctl(TIOCSPTLCK, number.address());
    master.ioctl(TIOCGPTN, number.address());
    String name = "/dev/pts/" + number.getInt(0);
    NativeBuffer size = NativeBuffer.allocate(2 * Integer.BYTES);
    size.putInt(0, COLUMNS << Short.SIZE | ROWS);
    master.ioctl(TIOCSWINSZ, size.address());
    try (Fd slave = Fd.open(name, Fcntl.O_RDWR | Fcntl.O_NOCTTY)) {
      int fd = slave.number();
      return Spawn.program(Programs.needed("setsid").toString())
          .arguments("--ctty", Programs.needed("bash").toString())
          .arguments("--norc", "--noprofile", "--noediting", "-i")
          .environment(Map.of("PATH", bin + ":" + System.getenv("PATH"), "LC_ALL", "C"))
          .environment(Map.of("HOME", bin.getParent().toString(), "PS1", "<$?> "))
          .stdio(fd, fd, fd)
          .start();
    }
  }

  private void read() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    try {
      while (master.read(buffer.clear()) > 0) {
        byte[] bytes = new byte[buffer.flip().remaining()];
        buffer.get(bytes);
        synchronized (screen) {
          screen.writeBytes(bytes);
        }
      }
    } catch (SyscallException e) {
      // NB: reading a terminal that nobody has open any more is EIO.
      if (e.errno() != Errno.EIO) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Everything that was ever shown. */
  String screen() {
    synchronized (screen) {
      return screen.toString(UTF_8);
    }
  }

  /** The shell's pid and process group. */
  int shell() {
    return shell;
  }

  void type(String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    while (buffer.hasRemaining()) {
      master.write(buffer);
    }
  }

  /** Waits for the next prompt; returns the exit status that it tells. */
  int awaitPrompt() throws IOException {
    Matcher[] found = new Matcher[1];
    Await.until(
        "a prompt",
        () -> {
          found[0] = PROMPT.matcher(screen());
          return found[0].find(seen);
        },
        this::screen);
    seen = found[0].end();
    return Integer.parseInt(found[0].group(1));
  }

  /** Waits for a text after all that was waited for before; returns what else came up to it. */
  String awaitText(String text) throws IOException {
    Await.until(text, () -> screen().indexOf(text, seen) >= 0, this::screen);
    int begin = seen;
    int end = screen().indexOf(text, begin);
    seen = end + text.length();
    return screen().substring(begin, end);
  }

  /**
   * Waits until the shell has told of a job in the background. NB: that the job looks stopped does
   * not mean that the shell was told already, and it tells us when it has a command to run.
   */
  void awaitNotice(String text) throws IOException {
    int from = seen;
    Await.until(
        text,
        () -> {
          type("true\n");
          awaitPrompt();
          return screen().indexOf(text, from) >= 0;
        },
        this::screen);
  }

  /** The process group that the terminal is for. */
  int foreground() throws IOException {
    NativeBuffer group = NativeBuffer.allocate(Integer.BYTES);
    master.fd().ioctl(TIOCGPGRP, group.address());
    return group.getInt(0);
  }

  void awaitForeground(int group) throws IOException {
    Await.until(group + " in the foreground", () -> foreground() == group, this::screen);
  }

  /** Waits until a command has the terminal; returns its process group. */
  int awaitJob() throws IOException {
    Await.until("a job in the foreground", () -> foreground() != shell, this::screen);
    return foreground();
  }

  /** Dumps a job of the shell, which is told that it was killed. */
  void turnIntoImage(int pid, Path image) throws IOException {
    try (ImageFileOutput output = ImageFileOutput.create(image, false)) {
      Checkpoint.dump(CheckpointOptions.of(pid).withStop(true).withSync(false), output);
    }
    assertEquals(KILLED, awaitPrompt(), this::screen);
  }

  /** The same of a job that it has stopped; the shell learns that it has ended. */
  void turnStoppedJobIntoImage(int pid, Path image) throws IOException {
    try (ImageFileOutput output = ImageFileOutput.create(image, false)) {
      Checkpoint.dump(CheckpointOptions.of(pid).withStop(true).withSync(false), output);
    }
    type("wait\n");
    awaitPrompt();
  }

  /** Its settings, the kernel's struct termios. */
  ByteBuffer settings() throws IOException {
    NativeBuffer termios = NativeBuffer.allocate(TERMIOS_BYTES);
    master.fd().ioctl(TCGETS, termios.address());
    return ByteBuffer.wrap(termios.getBytes(0, TERMIOS_BYTES)).order(ByteOrder.nativeOrder());
  }

  /** Whether it shows what is typed. */
  boolean echoes() throws IOException {
    return (settings().getInt(LOCAL_FLAGS) & ECHO) != 0;
  }

  @Override
  public void close() throws IOException {
    Sessions.end(shell);
    try {
      // The last one that had the terminal open is gone.
      reader.join();
    } catch (InterruptedException e) {
      throw new IOException("interrupted", e);
    }
    master.close();
  }
}
