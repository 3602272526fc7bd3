package dev.ckpt.core.proc;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever /proc may say one day: a parser gives an answer or a ProcFormatException. */
class MutationTest {

  private static final String SEED_PROPERTY = "ckpt.seed";
  private static final long BUDGET_NANOS = 1_500_000_000L;
  private static final int MIN_ROUNDS = 20;
  private static final int MAX_TEXT_BYTES = 4096;
  private static final byte[] TELLING = Captured.latin1(" \t\n:-/\\()[]0189afxkB,.\0\u00ff\u0080");

  private static Map<String, ProcFiles.Parser<?>> parsers() {
    Map<String, ProcFiles.Parser<?>> parsers = new LinkedHashMap<>();
    parsers.put("odd.stat", Stat::parse);
    parsers.put("odd.status", Status::parse);
    parsers.put("odd.maps", Maps::parse);
    parsers.put("odd.smaps", Smaps::parse);
    parsers.put("odd.limits", Limits::parse);
    parsers.put("odd.auxv", Auxv::parse);
    parsers.put("odd.cgroup", Cgroups::parse);
    parsers.put("odd.timers", PosixTimer::parseAll);
    parsers.put("odd.timens_offsets", TimensOffsets::parse);
    parsers.put("odd.thread.syscall", SyscallState::parse);
    parsers.put("odd.thread.wchan", ProcValues::wchan);
    parsers.put("odd.locks", FileLock::parseAll);
    parsers.put("odd.vmstat", VmStat::parse);
    parsers.put("odd.cpuinfo", CpuInfo::parse);
    parsers.put("odd.environ", NulStrings::parse);
    parsers.put("odd.comm", ProcValues::comm);
    parsers.put("odd.children", ProcValues::pids);
    parsers.put("odd.personality", ProcValues::personality);
    parsers.put("odd.loginuid", ProcValues::loginuid);
    parsers.put("odd.oom_score_adj", ProcValues::oomScoreAdj);
    parsers.put("odd.timerslack_ns", ProcValues::unsigned);
    for (String kind : List.of("locked", "leased", "event", "epoll", "inotify", "signal")) {
      parsers.put("odd.fdinfo." + kind, FdInfo::parse);
    }
    return parsers;
  }

  @Test
  void onlyFormatErrorsComeOutOfMutatedText() {
    long seed = Long.getLong(SEED_PROPERTY, System.nanoTime());
    System.out.println("mutating with -D" + SEED_PROPERTY + "=" + seed);
    Random random = new Random(seed);
    Map<String, ProcFiles.Parser<?>> parsers = parsers();
    long[] outcomes = new long[2];
    long start = System.nanoTime();
    int round = 0;
    // The seed gives the same texts in the same order; only where they stop is a matter of time.
    while (round < MIN_ROUNDS || System.nanoTime() - start < BUDGET_NANOS) {
      parsers.forEach((name, parser) -> mutate(name, parser, random, outcomes));
      round++;
    }
    assertTrue(outcomes[0] > 0, "no mutated text was taken: do the mutations do too much?");
    assertTrue(outcomes[1] > 0, "no mutated text was refused");
  }

  private static void mutate(
      String name, ProcFiles.Parser<?> parser, Random random, long[] outcomes) {
    byte[] text = Captured.CACHE.computeIfAbsent(name, Captured::bytes);
    byte[] mutated = mutated(Arrays.copyOf(text, Math.min(text.length, MAX_TEXT_BYTES)), random);
    try {
      parser.parse(mutated);
      outcomes[0]++;
    } catch (ProcFormatException e) {
      outcomes[1]++;
    } catch (RuntimeException | StackOverflowError e) {
      fail(name + ": " + Arrays.toString(mutated), e);
    }
  }

  private static byte[] mutated(byte[] text, Random random) {
    byte[] out = text;
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(out.length + 1);
      int end = Math.min(out.length, at + random.nextInt(24));
      out =
          switch (random.nextInt(6)) {
            case 0 -> join(out, at, new byte[] {(byte) random.nextInt(256)}, at + 1);
            case 1 -> join(out, at, new byte[] {TELLING[random.nextInt(TELLING.length)]}, at + 1);
            case 2 -> join(out, at, new byte[] {TELLING[random.nextInt(TELLING.length)]}, at);
            case 3 -> join(out, at, new byte[0], end);
            case 4 -> join(out, at, Arrays.copyOfRange(out, at, end), at);
            default -> random.nextInt(4) == 0 ? Arrays.copyOf(out, at) : out;
          };
    }
    return out;
  }

  /** The text up to {@code at}, then the middle, then the text from {@code from} on. */
  private static byte[] join(byte[] text, int at, byte[] middle, int from) {
    int rest = Math.max(0, text.length - from);
    byte[] out = Arrays.copyOf(text, at + middle.length + rest);
    System.arraycopy(middle, 0, out, at, middle.length);
    System.arraycopy(text, text.length - rest, out, at + middle.length, rest);
    return out;
  }
}
