package dev.ckpt.bench.live;

import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.CkptException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The command as it is without options: a dump waits for the disk, a restore for the end of the
 * task. Of the latter only the memory counts.
 */
final class PatientTool implements Tool {
  private static final Pattern SIZE = Pattern.compile("(?m)^(VmRSS|RssAnon):\\s+(\\d+) kB$");
  private static final long SETTLE_NANOS = 300_000_000;
  private static final long KIB = 1024;

  private final Workshop workshop;
  private final String command;
  private OptionalInt waiting = OptionalInt.empty();

  PatientTool(Workshop workshop, String command) {
    this.workshop = workshop;
    this.command = command;
  }

  @Override
  public String name() {
    return "ckpt command, patient";
  }

  @Override
  public Cost dump(int pid, Path image) throws IOException {
    Cost cost = new CommandTool(workshop, command).dump(pid, image, List.of());
    return new Cost(cost.measured(), Map.of());
  }

  @Override
  public Cost restore(int pid, Path image) throws IOException {
    int ckpt = workshop.start(List.of(command, "restore", image.toString()));
    waiting = OptionalInt.of(ckpt);
    workshop.await("the restore of " + pid, () -> runs(pid) || hasEnded(ckpt));
    LockSupport.parkNanos(SETTLE_NANOS);
    Matcher size = SIZE.matcher(Files.readString(Path.of("/proc/" + ckpt + "/status")));
    long anonBytes = 0;
    long rssBytes = 0;
    while (size.find()) {
      long bytes = Long.parseLong(size.group(2)) * KIB;
      if (size.group(1).equals("VmRSS")) {
        rssBytes = bytes;
      } else {
        anonBytes = bytes;
      }
    }
    return new Cost(Map.of(Metric.WAIT_ANON, anonBytes, Metric.WAIT_RSS, rssBytes), Map.of());
  }

  @Override
  public void over() throws IOException {
    if (waiting.isPresent()) {
      workshop.end(waiting.getAsInt());
      waiting = OptionalInt.empty();
    }
  }

  /** Whether it is there and nobody builds it any more. */
  private static boolean runs(int pid) {
    try {
      return Signals.exists(pid) && ProcFs.of(pid).tracerPid(pid) == 0;
    } catch (TargetGoneException e) {
      // Not yet.
      return false;
    } catch (CkptException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean hasEnded(int pid) {
    return !Files.exists(Path.of("/proc/" + pid + "/exe"));
  }
}
