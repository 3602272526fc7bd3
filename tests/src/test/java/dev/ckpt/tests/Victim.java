package dev.ckpt.tests;

import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.proc.MapsEntry;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.Stat;
import dev.ckpt.core.proc.Status;
import dev.ckpt.core.proc.TaskState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A program of victim.h: checks itself all the time while checkpointers are killed over it. */
final class Victim implements AutoCloseable {
  private final LiveProgram live;
  private final Map<Integer, Long> masks;
  private final List<String> maps;
  private int signals;

  private Victim(LiveProgram live) throws IOException {
    this.live = live;
    live.awaitReady();
    yieldCpu();
    this.masks = masks();
    this.maps = maps();
  }

  static Victim start(Programs.Program program) throws IOException {
    return of(LiveProgram.start(program));
  }

  /** One that was started otherwise; closes it when it is none. */
  static Victim of(LiveProgram live) throws IOException {
    boolean done = false;
    try {
      Victim victim = new Victim(live);
      done = true;
      return victim;
    } finally {
      if (!done) {
        live.close();
      }
    }
  }

  /**
   * Several victims compute without a pause. A nice value would be refused; where sessions share
   * the CPU out, that of its session is another thing.
   */
  private void yieldCpu() throws IOException {
    Path autogroup = Path.of("/proc/" + pid() + "/autogroup");
    if (Files.exists(autogroup)) {
      Files.writeString(autogroup, "19");
    }
  }

  int pid() {
    return live.pid();
  }

  /**
   * Nobody traces it, it is not stopped, its signals are blocked as at the start, nothing is mapped
   * that was not, a signal arrives, and it says so.
   */
  void expectUnharmed() throws IOException {
    Await.until("freedom", this::isFree, this::describe);
    Await.until("the signal mask " + masks, () -> masks().equals(masks), this::describe);
    Await.until("the old mappings", () -> maps().equals(maps), () -> describe() + newMaps());
    Signals.kill(pid(), Signals.SIGUSR1);
    signals++;
    Await.until("pong " + signals, this::answers, this::describe);
  }

  /** Stops it as SIGSTOP from a shell does. */
  void stop() throws IOException {
    Signals.kill(pid(), Signals.SIGSTOP);
    expectStopped();
  }

  /** Continues it; until now it must have been stopped, and by nobody else. */
  void goOn() throws IOException {
    expectStopped();
    Signals.kill(pid(), Signals.SIGCONT);
  }

  private void expectStopped() throws IOException {
    Await.until("the stop", this::isStopped, this::describe);
  }

  private boolean isStopped() throws IOException {
    for (int tid : ProcFs.of(pid()).tasks()) {
      if (ProcFs.of(pid()).stat(tid).state() != TaskState.STOPPED) {
        return false;
      }
    }
    return true;
  }

  private boolean isFree() throws IOException {
    for (int tid : ProcFs.of(pid()).tasks()) {
      Stat stat = ProcFs.of(pid()).stat(tid);
      if (ProcFs.of(pid()).status(tid).tracerPid() != 0
          || stat.state() == TaskState.STOPPED
          || stat.state() == TaskState.TRACING_STOP) {
        return false;
      }
    }
    return true;
  }

  /** Asks once; the signal may still be on its way when it answers. */
  private boolean answers() throws IOException {
    if (live.hasEnded()) {
      throw new AssertionError("has ended: " + describe());
    }
    Path ping = Path.of(live.status() + ".ping");
    if (Files.exists(ping)) {
      return false;
    }
    List<String> lines = live.lines();
    String last = lines.get(lines.size() - 1);
    if (last.equals("pong " + signals)) {
      return true;
    }
    if (!last.equals("ready") && !last.startsWith("pong ")) {
      throw new AssertionError("says: " + last);
    }
    Files.createFile(ping);
    return false;
  }

  private Map<Integer, Long> masks() throws IOException {
    Map<Integer, Long> found = new TreeMap<>();
    for (int tid : ProcFs.of(pid()).tasks()) {
      Status status = ProcFs.of(pid()).status(tid);
      found.put(tid, status.sigBlk());
    }
    return found;
  }

  private List<String> maps() throws IOException {
    List<String> found = new ArrayList<>();
    for (MapsEntry entry : ProcFs.of(pid()).maps().entries()) {
      found.add(entry.toString());
    }
    return found;
  }

  private String newMaps() {
    try {
      List<String> more = maps();
      more.removeAll(maps);
      return "; new " + more;
    } catch (IOException e) {
      return "; " + e.getMessage();
    }
  }

  private String describe() {
    String masksNow;
    try {
      masksNow = masks().toString();
    } catch (TargetGoneException e) {
      masksNow = "gone";
    } catch (IOException e) {
      masksNow = e.getMessage();
    }
    String text = live.describe();
    return text.length() < 2000
        ? text + "; masks " + masksNow
        : "..." + text.substring(text.length() - 2000) + "; masks " + masksNow;
  }

  /** Its last words. */
  void finish() throws IOException {
    live.finish(0);
  }

  @Override
  public void close() throws IOException {
    live.close();
  }
}
