package dev.ckpt.core.checkpoint.file;

import static dev.ckpt.format.record.FileTimerfd.ABSTIME;
import static dev.ckpt.format.record.FileTimerfd.CANCEL_ON_SET;

import dev.ckpt.core.checkpoint.TimeNamespace;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Clocks;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.proc.TimerfdInfo;
import dev.ckpt.core.tracee.Deadline;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.record.FileTimerfd;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A timerfd. It runs on while the task is frozen, so it is read as late as can be. */
final class Timerfd implements FileKind {
  private static final Duration EXPIRY = Duration.ofSeconds(10);
  private static final int TRIES = 100;
  private static final long NEAR_NANOS = 100_000;

  /** What was seen, and what its clock showed the task right after that. */
  private record Look(TimerfdInfo info, long now) {}

  private final Map<OpenFile, TimerfdInfo> atSurvey = new HashMap<>();

  @Override
  public void survey(Files files, List<OpenFile> mine) throws CkptException {
    for (OpenFile file : mine) {
      TimerfdInfo info = look(files, file).info();
      atSurvey.put(file, info);
      Refusal refusal = canceled(file);
      files
          .target()
          .refusals()
          .addIf(mayBeCanceled(info), RefusalCode.FD_TIMERFD, refusal.object(), refusal.remedy());
    }
  }

  @Override
  public int save(Files files, OpenFile file) throws CkptException {
    Look look = look(files, file);
    // NB: no time left and no tick is what a disarmed timer shows, and what one shows whose
    // interrupt is on its way. Which it is the look of some milliseconds ago tells.
    Deadline deadline = Deadline.in(EXPIRY);
    while (isOff(look.info()) && !isOff(atSurvey.get(file)) && !deadline.passed()) {
      deadline.pause();
      look = look(files, file);
    }
    TimerfdInfo info = look.info();
    if (mayBeCanceled(info)) {
      throw new UnsupportedStateException(List.of(canceled(file)));
    }
    return files
        .context()
        .addTarget(
            new FileTimerfd(
                info.clockId(),
                info.settimeFlags(),
                info.ticks(),
                value(look),
                info.intervalNanos(),
                file.flags()));
  }

  /** What fdinfo shows, with all expirations counted. */
  private static Look look(Files files, OpenFile file) throws CkptException {
    try (Fd duplicate = files.duplicate(file)) {
      for (int i = 0; ; i++) {
        Clocks.touch(duplicate);
        int clock = TimerfdInfo.of(file.info()).clockId();
        long before = Clocks.now(clock);
        TimerfdInfo info = TimerfdInfo.of(files.info(file));
        long after = Clocks.now(clock);
        boolean expiredMeanwhile =
            info.leftNanos() == 0 && info.ticks() != 0 && info.intervalNanos() != 0;
        if ((!expiredMeanwhile && after - before < NEAR_NANOS) || i == TRIES) {
          return new Look(info, after + TimeNamespace.ahead(files.target(), clock));
        }
      }
    }
  }

  private static boolean isOff(TimerfdInfo info) {
    return info.leftNanos() == 0 && info.ticks() == 0;
  }

  /**
   * When it expires next. Of an absolute timer it is the time of the clock, at the latest: the
   * clock was read after the time that is left.
   */
  private static long value(Look look) {
    TimerfdInfo info = look.info();
    boolean runs = info.leftNanos() != 0 || (info.ticks() != 0 && info.intervalNanos() != 0);
    if (!runs) {
      return 0;
    }
    long left = Math.max(1, info.leftNanos());
    if ((info.settimeFlags() & ABSTIME) == 0) {
      return left;
    }
    long at = look.now() + left;
    return at < 0 ? Long.MAX_VALUE : at;
  }

  /**
   * Whether it was perhaps canceled because somebody set the clock: that counts as a tick, and the
   * next read fails. A timer that expires once and has expired once was not.
   */
  private static boolean mayBeCanceled(TimerfdInfo info) {
    boolean expiredOnce = info.ticks() == 1 && info.leftNanos() == 0 && info.intervalNanos() == 0;
    return (info.settimeFlags() & CANCEL_ON_SET) != 0 && info.ticks() != 0 && !expiredOnce;
  }

  private static Refusal canceled(OpenFile file) {
    return new Refusal(
        RefusalCode.FD_TIMERFD,
        file.name() + " has expired or was canceled; neither was read",
        "try again when the program has read it");
  }
}
