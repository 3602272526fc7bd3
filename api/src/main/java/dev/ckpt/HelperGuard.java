package dev.ckpt;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.PipePair;
import dev.ckpt.core.kernel.Spawn;
import dev.ckpt.core.proc.ProcFs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Ends helper processes, and deletes folders, of a JVM that is killed before it does so itself.
 *
 * <p>It is a shell in a session of its own that reads from a pipe of ours what there is. When we
 * close the pipe, or die, it ends what is left: a process only if it began when we said, for its
 * number may be another's by then.
 *
 * <p>Threading: any.
 */
public final class HelperGuard implements AutoCloseable {
  /** Guards nothing. */
  public static final HelperGuard NONE = new HelperGuard(Optional.empty(), Optional.empty());

  private static final String SHELL = "/bin/sh";
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C");

  /**
   * NB: what stands behind the name in /proc/PID/stat begins with field 3; field 22 is the start.
   */
  private static final String SCRIPT =
      """
      folder=$1
      all=
      while read -r verb what; do
        case $verb in
          add) all="$all $what" ;;
          drop) left=
            for each in $all; do [ "$each" = "$what" ] || left="$left $each"; done
            all=$left ;;
        esac
      done
      for each in $all; do
        stat=$(cat "/proc/${each%:*}/stat" 2>/dev/null) || continue
        set -- ${stat##*) }
        if [ "${20}" = "${each#*:}" ]; then
          kill -s KILL -- "-${each%:*}" || kill -s KILL "${each%:*}"
        fi
      done
      [ -z "$folder" ] || rm -rf -- "$folder"
      """;

  private final Optional<PipePair> pipe;
  private final Optional<Child> shell;

  private boolean closed;

  private HelperGuard(Optional<PipePair> pipe, Optional<Child> shell) {
    this.pipe = pipe;
    this.shell = shell;
  }

  /**
   * Starts one.
   *
   * @param folder to be deleted in the end
   */
  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  public static HelperGuard start(Path folder) throws IOException {
    PipePair pipe = PipePair.open(0);
    boolean started = false;
    try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDWR)) {
      int pid =
          Spawn.program(SHELL)
              .arguments("-c", SCRIPT, "ckpt-guard", folder.toAbsolutePath().toString())
              .environment(ENVIRONMENT)
              .stdio(pipe.readEnd().number(), nothing.number(), nothing.number())
              .newSession()
              .start();
      HelperGuard guard = new HelperGuard(Optional.of(pipe), Optional.of(Child.of(pid)));
      pipe.readEnd().close();
      started = true;
      return guard;
    } finally {
      if (!started) {
        pipe.close();
      }
    }
  }

  /** Has a process ended in the end; returns how to tell that it has ended before. */
  String add(int pid) throws IOException {
    String entry = pipe.isPresent() ? pid + ":" + ProcFs.of(pid).stat().startTimeTicks() : "";
    tell("add " + entry);
    return entry;
  }

  /** Takes a process back. When this is closed all of them have ended. */
  synchronized void drop(String entry) throws IOException {
    if (!closed) {
      tell("drop " + entry);
    }
  }

  private synchronized void tell(String line) throws IOException {
    if (pipe.isPresent()) {
      pipe.get().write((line + "\n").getBytes(UTF_8));
    }
  }

  /** Ends what is left, and waits until that is done. */
  @Override
  public synchronized void close() throws IOException {
    closed = true;
    pipe.ifPresent(PipePair::close);
    if (shell.isPresent()) {
      shell.get().await();
    }
  }
}
