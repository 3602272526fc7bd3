package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Seccomp.Action;
import dev.ckpt.core.tracee.SeccompData;
import dev.ckpt.core.tracee.SeccompProgram;
import dev.ckpt.format.ByteString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What we compute of a seccomp filter is what the kernel does by it: for random ones. */
@Tag("live")
class SeccompProgramLiveTest {
  private static final int NR_PROGRAMS = 1000;
  private static final int NR_ARGUMENTS = 6;

  /** The call that the programs judge ({@code asm/unistd_64.h}). */
  private static final int GETRESGID = 120;

  @Test
  void answersAsTheKernelDoes() throws IOException, InterruptedException {
    long seed = Long.getLong("ckpt.seccomp.seed", new Random().nextInt(Integer.MAX_VALUE));
    Random random = new Random(seed);
    List<String> lines = answersOfTheKernel(seed);
    assertEquals(NR_PROGRAMS, lines.size(), "seed " + seed);
    int exact = 0;
    for (String line : lines) {
      String[] parts = line.split(" ");
      SeccompProgram program = SeccompProgram.of(ByteString.of(HexFormat.of().parseHex(parts[0])));
      SeccompData all = SeccompData.of(GETRESGID);
      SeccompData some = all;
      for (int i = 0; i < NR_ARGUMENTS; i++) {
        long argument = Long.parseUnsignedLong(parts[1 + i], 16);
        all = all.with(i, argument);
        some = random.nextBoolean() ? some.with(i, argument) : some;
      }
      Set<Action> seen = actions(parts[1 + NR_ARGUMENTS]);
      Set<Action> computed = program.answers(all);
      exact += computed.size() == 1 ? 1 : 0;
      assertTrue(
          computed.stream().anyMatch(seen::contains), "seed " + seed + ": " + line + computed);
      assertTrue(program.answers(some).containsAll(computed), "seed " + seed + ": " + line);
    }
    // Where it is called from is the only thing that is not known.
    assertTrue(exact > NR_PROGRAMS * 9 / 10, "seed " + seed + ": " + exact);
  }

  private static Set<Action> actions(String result) {
    if (result.equals("killed")) {
      return EnumSet.of(Action.KILL_PROCESS, Action.KILL_THREAD, Action.TRAP);
    }
    int error = Integer.parseInt(result);
    // Made, the call fails: its arguments are no addresses. Without an error it was not made: a
    // filter said so, and gave no number.
    if (error == Errno.EFAULT) {
      return EnumSet.of(Action.ALLOW, Action.LOG);
    }
    return error == Errno.ENOSYS
        ? EnumSet.of(Action.ERRNO, Action.TRACE, Action.USER_NOTIF)
        : EnumSet.of(Action.ERRNO);
  }

  private static List<String> answersOfTheKernel(long seed)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Programs.folder().resolve("engine/seccomp_answers").toString(),
                Long.toString(seed),
                Integer.toString(NR_PROGRAMS))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertEquals(0, process.waitFor(), "seed " + seed);
    return output.lines().toList();
  }
}
