package dev.ckpt.convert.criu;

import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.record.Itimers;
import dev.ckpt.format.record.Itimers.Itimer;
import dev.ckpt.format.record.PosixTimer;
import java.util.List;

/** The timers of a task: those of setitimer(2) and of timer_create(2). */
final class TaskTimers {
  static final long MICROS = 1_000_000;
  static final long NANOS = 1_000_000_000;

  private TaskTimers() {}

  static Criu.Timers toCriu(Itimers itimers, List<PosixTimer> posix) {
    return Criu.Timers.newBuilder()
        .setReal(toCriu(itimers.timers().get(0)))
        .setVirt(toCriu(itimers.timers().get(1)))
        .setProf(toCriu(itimers.timers().get(2)))
        .addAllPosix(posix.stream().map(TaskTimers::toCriu).toList())
        .build();
  }

  private static Criu.Itimer toCriu(Itimer timer) {
    return Criu.Itimer.newBuilder()
        .setIsec(timer.intervalMicros() / MICROS)
        .setIusec(timer.intervalMicros() % MICROS)
        .setVsec(timer.valueMicros() / MICROS)
        .setVusec(timer.valueMicros() % MICROS)
        .build();
  }

  private static Criu.PosixTimer toCriu(PosixTimer timer) {
    Criu.PosixTimer.Builder to =
        Criu.PosixTimer.newBuilder()
            .setItId(timer.id())
            .setClockId(timer.clockId())
            .setSiSigno(timer.signal())
            .setItSigevNotify(timer.sigevNotify())
            .setSivalPtr(timer.sigval())
            .setOverrun(timer.overrun())
            .setIsec(timer.intervalNanos() / NANOS)
            .setInsec(timer.intervalNanos() % NANOS)
            .setVsec(timer.valueNanos() / NANOS)
            .setVnsec(timer.valueNanos() % NANOS);
    if (timer.notifyTid() != 0) {
      to.setNotifyThreadId(timer.notifyTid());
    }
    return to.build();
  }

  static Itimers toCkpt(Criu.Timers timers) {
    return new Itimers(
        List.of(toCkpt(timers.getReal()), toCkpt(timers.getVirt()), toCkpt(timers.getProf())));
  }

  private static Itimer toCkpt(Criu.Itimer timer) {
    return new Itimer(
        time(timer.getIsec(), timer.getIusec(), MICROS),
        time(timer.getVsec(), timer.getVusec(), MICROS));
  }

  static PosixTimer toCkpt(Criu.PosixTimer timer) {
    return new PosixTimer(
        timer.getItId(),
        timer.getClockId(),
        timer.getItSigevNotify(),
        timer.getSiSigno(),
        timer.getSivalPtr(),
        timer.getNotifyThreadId(),
        timer.getOverrun(),
        time(timer.getIsec(), timer.getInsec(), NANOS),
        time(timer.getVsec(), timer.getVnsec(), NANOS));
  }

  /**
   * Seconds and a part of one, in parts.
   *
   * @param parts of a second
   * @throws IllegalArgumentException if that is no time
   */
  static long time(long seconds, long part, long parts) {
    boolean good =
        seconds >= 0 && part >= 0 && part < parts && seconds <= Long.MAX_VALUE / parts - 1;
    if (!good) {
      throw new IllegalArgumentException(
          "a time of "
              + Long.toUnsignedString(seconds)
              + " s and "
              + Long.toUnsignedString(part)
              + " of "
              + parts);
    }
    return seconds * parts + part;
  }
}
