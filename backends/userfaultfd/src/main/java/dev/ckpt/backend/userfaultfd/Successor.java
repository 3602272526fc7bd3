package dev.ckpt.backend.userfaultfd;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Tether;
import dev.ckpt.error.CkptException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Goes on serving when the one who did is gone: what a {@link dev.ckpt.core.kernel.Keeper} becomes.
 */
public final class Successor {
  private static final Duration LONG = Duration.ofDays(1);
  private static final int STDOUT = 1;
  private static final int STDERR = 2;

  private Successor() {}

  /** The command that is one. */
  static List<String> command(int journal) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m"));
    for (String name : List.of("jna.boot.library.path", "jna.nosys", "jna.noclasspath")) {
      Optional.ofNullable(System.getProperty(name))
          .ifPresent(value -> command.add("-D" + name + "=" + value));
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(Successor.class.getName());
    command.add(Integer.toString(journal));
    return command;
  }

  /** What it needs of the environment. */
  static Map<String, String> environment() {
    return Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C.UTF-8");
  }

  /** Serves until the last page is in. */
  public static void main(String[] arguments) {
    try {
      serve(Integer.parseInt(arguments[0]));
    } catch (CkptException e) {
      System.err.println("ckpt: " + e.code().name() + ": " + e.getMessage());
      System.exit(1);
    } catch (IOException e) {
      System.err.println("ckpt: " + e.getMessage());
      System.exit(1);
    }
  }

  // What is opened here goes with the process.
  @SuppressWarnings("MustBeClosedChecker")
  private static void serve(int journal) throws IOException {
    try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDWR)) {
      nothing.copyTo(0);
      nothing.copyTo(STDOUT);
      if (!mayStay(link(STDERR))) {
        nothing.copyTo(STDERR);
      }
    }
    Journal left = Journal.inherited(journal);
    if (!link(left.setup().userfault()).contains("userfaultfd")) {
      // The last page is in: the predecessor was killed while it put its tools away.
      return;
    }
    try (PageServer server = take(left)) {
      while (!server.await(LONG)) {
        // NB: it is the others' work.
      }
    }
  }

  /** Whoever reads from a pipe waits for its end, which is that of the command for him. */
  private static boolean mayStay(String link) {
    return !link.startsWith("pipe:") && !link.startsWith("socket:");
  }

  private static String link(int fd) throws IOException {
    Path link = Path.of("/proc/self/fd/" + fd);
    return Files.isSymbolicLink(link) ? Files.readSymbolicLink(link).toString() : "";
  }

  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  private static PageServer take(Journal journal) throws IOException {
    Journal.Setup setup = journal.setup();
    Tether tether = Tether.inherited(setup.tether().get(0), setup.tether().get(1));
    Serving serving = new Serving(journal);
    serving.begin(new Fd(setup.userfault()));
    serving.replay();
    PageServer server = new PageServer(journal, new Fd(setup.image()), serving, tether);
    server.start();
    server.taskRuns();
    serving.wakeAll();
    return server;
  }
}
