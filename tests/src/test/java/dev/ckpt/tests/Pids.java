package dev.ckpt.tests;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Spawn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Gives a pid to somebody else. */
final class Pids {
  private static final Path LAST_PID = Path.of("/proc/sys/kernel/ns_last_pid");
  private static final int TRIES = 1000;

  private Pids() {}

  static boolean canOccupy() {
    return Files.isWritable(LAST_PID);
  }

  /** Starts a process that has it, unless somebody was faster; returns the pid. */
  static int occupy(int pid) throws IOException {
    for (int i = 0; i < TRIES && !Signals.exists(pid); i++) {
      int child;
      try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDWR)) {
        int fd = nothing.number();
        Files.writeString(LAST_PID, Integer.toString(pid - 1));
        child = Spawn.program("/bin/sleep").arguments("1000").stdio(fd, fd, fd).start();
      }
      if (child == pid) {
        return pid;
      }
      free(child);
    }
    return 0;
  }

  /** Ends it. */
  static void free(int pid) throws IOException {
    if (pid != 0) {
      Signals.kill(pid, Signals.SIGKILL);
      Ptrace.waitFor(pid, 0);
    }
  }
}
