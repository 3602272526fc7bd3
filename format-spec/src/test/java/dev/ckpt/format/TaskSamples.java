package dev.ckpt.format;

import dev.ckpt.format.record.CpuFeatures;
import dev.ckpt.format.record.CpuX86_64;
import dev.ckpt.format.record.Cred;
import dev.ckpt.format.record.Loginuid;
import dev.ckpt.format.record.LsmLabel;
import dev.ckpt.format.record.RestartBlock;
import dev.ckpt.format.record.Rlimits;
import dev.ckpt.format.record.Sched;
import dev.ckpt.format.record.Seccomp;
import dev.ckpt.format.record.SeccompFilter;
import dev.ckpt.format.record.Task;
import dev.ckpt.format.record.TaskThread;
import dev.ckpt.format.record.TimeNs;
import java.util.ArrayList;
import java.util.List;

/** Those of the {@link Samples} that are of the task and its threads. */
final class TaskSamples {
  private TaskSamples() {}

  static Task task() {
    return new Task(
        812,
        1,
        812,
        700,
        ByteString.of("sleeper"),
        0x0040000,
        022,
        17,
        -500,
        987_654,
        ByteString.of("0::/user.slice\n"),
        ByteString.of("/home/u"),
        ByteString.of("/"),
        1,
        Task.GROUP_LEADER | Task.THP_DISABLED | Task.MEMORY_MERGE,
        812,
        0x8801,
        0x14,
        -7,
        20);
  }

  static TaskThread thread() {
    return new TaskThread(
        812,
        ByteString.of("sleeper"),
        0x4000,
        0x7f00_0000_1000L,
        24,
        0x7f00_0000_2000L,
        0x7f00_0000_3000L,
        32,
        0x53053053,
        0x7f00_0000_4000L,
        2,
        8192,
        0,
        9,
        TaskThread.MCE_KILL_EARLY);
  }

  static Sched sched() {
    return new Sched(
        812,
        2,
        -7,
        33,
        0x1,
        11_000_000,
        22_000_000,
        33_000_000,
        100,
        900,
        0x4006,
        50_000,
        ByteString.of(new byte[] {5, 0, (byte) 0x80}));
  }

  static CpuX86_64 cpu() {
    long[] regs = new long[CpuX86_64.NR_REGS];
    for (int i = 0; i < regs.length; i++) {
      regs[i] = 0x0101_0101_0101_0101L * (i + 1);
    }
    byte[] xsave = new byte[832];
    for (int i = 0; i < xsave.length; i++) {
      xsave[i] = (byte) (i * 7);
    }
    return CpuX86_64.of(812, regs, ByteString.of(xsave), 0x7);
  }

  static RestartBlock restartBlock() {
    return new RestartBlock(812, 29_500_000_000L);
  }

  static Cred cred() {
    return new Cred(
        812,
        1000,
        1001,
        1002,
        1003,
        100,
        101,
        102,
        103,
        List.of(4, 24, -2),
        1,
        2,
        3,
        0x1ff_ffff_ffffL,
        5,
        0x2f,
        true);
  }

  static Rlimits rlimits() {
    List<Rlimits.Rlimit> limits = new ArrayList<>();
    for (int i = 0; i < Rlimits.RLIM_NLIMITS; i++) {
      limits.add(new Rlimits.Rlimit(i * 1024L, i % 2 == 0 ? -1 : i * 2048L));
    }
    return new Rlimits(limits);
  }

  static Loginuid loginuid() {
    return new Loginuid(-2);
  }

  static LsmLabel lsmLabel() {
    return new LsmLabel(ByteString.of("docker-default (enforce)"));
  }

  static SeccompFilter seccompFilter(int prev) {
    return new SeccompFilter(
        prev,
        prev == 0 ? 0 : SeccompFilter.FLAG_LOG,
        ByteString.of(new byte[] {6, 0, 0, 0, 0, 0, (byte) 0xff, 0x7f}));
  }

  static Seccomp seccomp() {
    return new Seccomp(1003, Samples.SECOND_SECCOMP_FILTER);
  }

  static TimeNs timeNs() {
    return new TimeNs(864_000_000_000_005L, -7);
  }

  static CpuFeatures cpuFeatures() {
    return new CpuFeatures(ByteString.of("fpu sse avx2"));
  }
}
