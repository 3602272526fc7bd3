package dev.ckpt.cli;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Spawn;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.tracee.Deadline;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.error.RefusalCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The program that the demo freezes: perl, counting in its memory and writing each number into a
 * file. A gap or a repeated number there means that it did not go on where it was.
 */
final class DemoProgram {
  /** NB: select and not sleep, which counts in whole seconds. */
  private static final String SCRIPT =
      String.join(
          " ",
          "open(my $out, '>>', $ARGV[0]) or exit 1;",
          "$out->autoflush(1);",
          "for (my $n = 1; ; $n++) { print $out \"$n\\n\"; select(undef, undef, undef, 0.1) }");

  private static final Duration DEATH = Duration.ofSeconds(5);
  private static final List<String> PLACES = List.of("/usr/bin/perl", "/bin/perl");

  private final Path numbers;
  private final int pid;

  private DemoProgram(Path numbers, int pid) {
    this.numbers = numbers;
    this.pid = pid;
  }

  /** Starts it; it writes into that file, which must not be there yet. */
  static DemoProgram start(Path numbers) throws CkptException {
    for (String perl : PLACES) {
      if (Files.isExecutable(Path.of(perl))) {
        return new DemoProgram(numbers, spawn(perl, numbers));
      }
    }
    throw new UnsupportedStateException(
        List.of(
            new Refusal(
                RefusalCode.DEMO_NO_PERL,
                "there is no perl to run",
                "install perl-base, or dump a program of your own")));
  }

  /** In a session of its own, with nothing of ours open. */
  private static int spawn(String perl, Path numbers) throws CkptException {
    try (Fd nowhere = Fd.open("/dev/null", Fcntl.O_RDWR)) {
      int fd = nowhere.number();
      return Spawn.program(perl)
          .arguments("-MIO::Handle", "-e", SCRIPT, numbers.toString())
          .stdio(fd, fd, fd)
          .newSession()
          .start();
    }
  }

  int pid() {
    return pid;
  }

  /** The numbers that it has written so far. */
  List<Integer> numbers() throws IOException {
    if (!Files.exists(numbers)) {
      return List.of();
    }
    String text = Files.readString(numbers, StandardCharsets.US_ASCII);
    // What has no line end yet is being written.
    return parse(text.substring(0, text.lastIndexOf('\n') + 1));
  }

  static List<Integer> parse(String lines) throws CkptException {
    List<Integer> found = new ArrayList<>();
    for (String line : lines.lines().toList()) {
      int expected = found.size() + 1;
      if (!line.equals(Integer.toString(expected))) {
        throw new CkptException(
            FailureCode.DEMO_WRONG,
            "it did not go on where it was: " + line + " instead of " + expected);
      }
      found.add(expected);
    }
    return found;
  }

  /** Whether it is there and is no zombie; collects it if it is our child and has ended. */
  boolean runs() throws CkptException {
    Ptrace.waitFor(pid, Ptrace.WALL | Ptrace.WNOHANG);
    try {
      return !ProcFs.of(pid).stat().state().ended();
    } catch (TargetGoneException e) {
      return false;
    }
  }

  /** Ends it, if what has its pid is it, and waits until it is gone. */
  void end() throws CkptException {
    if (!runs() || !isIt()) {
      return;
    }
    try {
      Signals.kill(pid, Signals.SIGKILL);
    } catch (SyscallException e) {
      if (e.errno() != Errno.ESRCH) {
        throw e;
      }
    }
    Deadline deadline = Deadline.in(DEATH);
    while (runs() && !deadline.passed()) {
      deadline.pause();
    }
  }

  private boolean isIt() throws CkptException {
    try {
      return ProcFs.of(pid).cmdline().strings().stream()
          .anyMatch(argument -> argument.utf8().equals(numbers.toString()));
    } catch (TargetGoneException e) {
      return false;
    }
  }
}
