package dev.ckpt.core.tracee;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.TouchHook;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A fault switch for the survival tests: sends a signal to our own process, or to another one,
 * before or after the n-th call that touches a target, or at the end of a phase.
 */
public final class KillSwitch implements TouchHook {
  /** Where a signal is sent. */
  private enum Place {
    BEFORE,
    AFTER,
    PHASE,
    NOWHERE
  }

  private final AtomicLong calls = new AtomicLong();

  /** That a thread is in: others make calls meanwhile. */
  private final ThreadLocal<Long> current = ThreadLocal.withInitial(() -> 0L);

  private final Map<String, Long> phases = new LinkedHashMap<>();
  private final Place place;
  private final long nrCall;
  private final String phase;
  private final int signal;
  private final Optional<Integer> victim;
  private final Runnable afterwards;

  private KillSwitch(
      Place place, String which, int signal, Optional<Integer> victim, Runnable afterwards) {
    boolean atCall = place == Place.BEFORE || place == Place.AFTER;
    this.place = place;
    this.nrCall = atCall ? Long.parseLong(which) : 0;
    this.phase = which;
    this.signal = signal;
    this.victim = victim;
    this.afterwards = afterwards;
  }

  /**
   * Reads a setting.
   *
   * <ul>
   *   <li>{@code before:17}, {@code after:17}: at that call; {@code phase:freeze}: at that end;
   *       {@code count}: nowhere
   *   <li>SIGKILL, or what stands before an equals sign, as in {@code TERM=phase:freeze}
   *   <li>to ourselves, or to a process: {@code KILL@812=after:17}
   * </ul>
   *
   * @param afterwards what to do when we have sent ourselves a signal that can be caught, before
   *     the work goes on
   * @throws IllegalArgumentException when it is none of these
   */
  public static KillSwitch parse(String setting, Runnable afterwards) {
    int equals = setting.indexOf('=');
    String[] what = (equals < 0 ? "KILL" : setting.substring(0, equals)).split("@", 2);
    String[] where = setting.substring(equals + 1).split(":", 2);
    Optional<Integer> victim =
        what.length < 2 ? Optional.empty() : Optional.of(Integer.valueOf(what[1]));
    return new KillSwitch(
        place(where, setting),
        where.length < 2 ? "" : where[1],
        signal(what[0]),
        victim,
        afterwards);
  }

  private static Place place(String[] where, String setting) {
    if (where.length == 1 && where[0].equals("count")) {
      return Place.NOWHERE;
    }
    if (where.length == 2) {
      switch (where[0]) {
        case "before":
          return Place.BEFORE;
        case "after":
          return Place.AFTER;
        case "phase":
          return Place.PHASE;
        default:
          break;
      }
    }
    throw new IllegalArgumentException("not before:N, after:N, phase:NAME or count: " + setting);
  }

  private static int signal(String name) {
    return switch (name) {
      case "KILL" -> Signals.SIGKILL;
      case "TERM" -> Signals.SIGTERM;
      case "INT" -> Signals.SIGINT;
      case "HUP" -> Signals.SIGHUP;
      default -> throw new IllegalArgumentException("not KILL, TERM, INT or HUP: " + name);
    };
  }

  /** How many calls have been made so far. */
  public long calls() {
    return calls.get();
  }

  /** The phases that have ended so far, in their order, with the calls made until then. */
  public synchronized Map<String, Long> phases() {
    return new LinkedHashMap<>(phases);
  }

  @Override
  public void before(String call) {
    long now = calls.incrementAndGet();
    current.set(now);
    if (place == Place.BEFORE && now == nrCall) {
      strike();
    }
  }

  @Override
  public void after(String call) {
    if (place == Place.AFTER && current.get() == nrCall) {
      strike();
    }
  }

  @Override
  public void phase(String name) {
    synchronized (this) {
      phases.put(name, calls.get());
    }
    if (place == Place.PHASE && name.equals(phase)) {
      strike();
    }
  }

  private void strike() {
    try {
      Signals.kill(victim.orElseGet(Tasks::self), signal);
    } catch (SyscallException e) {
      throw new IllegalStateException("the fault switch could not send its signal", e);
    }
    if (victim.isEmpty()) {
      afterwards.run();
    }
  }
}
