package dev.ckpt.convert.criu;

import dev.ckpt.criu.proto.Criu;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.TimeNs;

/**
 * What the clocks of a task showed when it was dumped, in nanoseconds.
 *
 * <p>A timerfd that was set to a time of its clock has that time in an image; CRIU has how long it
 * is until then, and adds the clock again.
 */
record DumpClocks(long monotonic, long boottime, long realtime) {
  private static final int CLOCK_REALTIME = 0;
  private static final int CLOCK_MONOTONIC = 1;
  private static final int CLOCK_REALTIME_ALARM = 8;

  static DumpClocks of(ImageState state) throws CorruptImageException {
    Header header = state.header();
    long monotonic = header.monotonicNanos();
    long boottime = header.boottimeNanos();
    for (TimeNs offsets : state.all(TimeNs.class)) {
      monotonic += offsets.monotonicNanos();
      boottime += offsets.boottimeNanos();
    }
    return new DumpClocks(monotonic, boottime, header.realtimeNanos());
  }

  /**
   * The clocks of a folder of CRIU's.
   *
   * @param realtime which CRIU does not note
   */
  static DumpClocks of(Criu.Timens clocks, long realtime) {
    return new DumpClocks(nanos(clocks.getMonotonic()), nanos(clocks.getBoottime()), realtime);
  }

  private static long nanos(Criu.Timespec time) {
    return TaskTimers.time(time.getTvSec(), time.getTvNsec(), TaskTimers.NANOS);
  }

  Criu.Timens toCriu() {
    return Criu.Timens.newBuilder()
        .setMonotonic(time(monotonic))
        .setBoottime(time(boottime))
        .build();
  }

  private static Criu.Timespec time(long nanos) {
    return Criu.Timespec.newBuilder()
        .setTvSec(Math.floorDiv(nanos, TaskTimers.NANOS))
        .setTvNsec(Math.floorMod(nanos, TaskTimers.NANOS))
        .build();
  }

  /** What a clock showed. All that are left go as CLOCK_BOOTTIME. */
  long at(int clockId) {
    return switch (clockId) {
      case CLOCK_REALTIME, CLOCK_REALTIME_ALARM -> realtime;
      case CLOCK_MONOTONIC -> monotonic;
      default -> boottime;
    };
  }
}
