package dev.ckpt.rstr;

import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.tracee.x86_64.RelativeTimeout;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.record.CpuX86_64;
import dev.ckpt.format.record.Cred;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Mempolicy;
import dev.ckpt.format.record.PosixTimer;
import dev.ckpt.format.record.RestartBlock;
import dev.ckpt.format.record.Sched;
import dev.ckpt.format.record.Seccomp;
import dev.ckpt.format.record.Sigpending;
import dev.ckpt.format.record.Task;
import dev.ckpt.format.record.TaskThread;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;

/** The process, its threads, and what belongs to each of them. */
final class ThreadRules {
  private static final List<ObjectType> ONCE =
      List.of(ObjectType.RLIMITS, ObjectType.SIGACTIONS, ObjectType.ITIMERS);
  private static final List<ObjectType> AT_MOST_ONCE =
      List.of(
          ObjectType.TIME_NS, ObjectType.LOGINUID, ObjectType.LSM_LABEL, ObjectType.CPU_FEATURES);

  private final TaskRules rules;
  private final Set<Integer> tids = new HashSet<>();

  private ThreadRules(TaskRules rules) {
    this.rules = rules;
  }

  static void check(TaskRules rules) throws CorruptImageException {
    ThreadRules threads = new ThreadRules(rules);
    threads.threads();
    threads.each(ObjectType.CPU_X86_64, CpuX86_64.class, CpuX86_64::tid);
    threads.each(ObjectType.SCHED, Sched.class, Sched::tid);
    threads.each(ObjectType.CRED, Cred.class, Cred::tid);
    threads.some(ObjectType.RESTART_BLOCK, RestartBlock.class, RestartBlock::tid);
    threads.some(ObjectType.SECCOMP, Seccomp.class, Seccomp::tid);
    for (ObjectType type : ONCE) {
      rules.one(type);
    }
    for (ObjectType type : AT_MOST_ONCE) {
      rules.atMostOne(type);
    }
    threads.timeouts();
    threads.pending();
    threads.timers();
    threads.policies();
  }

  private void threads() throws CorruptImageException {
    Task task = (Task) rules.one(ObjectType.TASK).record();
    if (rules.all(ObjectType.THREAD).isEmpty()) {
      throw rules.missing(ObjectType.THREAD, "one or more");
    }
    for (ImageObject object : rules.all(ObjectType.THREAD)) {
      int tid = ((TaskThread) object.record()).tid();
      if (tids.isEmpty() && tid != task.pid()) {
        throw TaskRules.corrupt(object, "the leader " + task.pid() + " first", "tid " + tid);
      }
      if (!tids.add(tid)) {
        throw TaskRules.corrupt(object, "only one of tid " + tid, "another");
      }
    }
  }

  /** One for each thread, and no other. */
  private <T extends ImageRecord> void each(
      ObjectType type, Class<T> content, ToIntFunction<T> tidOf) throws CorruptImageException {
    Set<Integer> without = new HashSet<>(tids);
    without.removeAll(some(type, content, tidOf));
    for (ImageObject object : rules.all(ObjectType.THREAD)) {
      int tid = ((TaskThread) object.record()).tid();
      if (without.contains(tid)) {
        throw TaskRules.corrupt(object, "a " + type + " of tid " + tid, "none");
      }
    }
  }

  /** At most one for each thread, and no other; the threads that have one. */
  private <T extends ImageRecord> Set<Integer> some(
      ObjectType type, Class<T> content, ToIntFunction<T> tidOf) throws CorruptImageException {
    Set<Integer> seen = new HashSet<>();
    for (ImageObject object : rules.all(type)) {
      int tid = tidOf.applyAsInt(content.cast(object.record()));
      requireThread(object, tid);
      if (!seen.add(tid)) {
        throw TaskRules.corrupt(object, "only one of tid " + tid, "another");
      }
    }
    return seen;
  }

  private void requireThread(ImageObject object, int tid) throws CorruptImageException {
    if (!tids.contains(tid)) {
      throw TaskRules.corrupt(object, "one of the threads", "tid " + tid);
    }
  }

  /** Who has a time-out left stands in a call that has one. */
  private void timeouts() throws CorruptImageException {
    for (ImageObject object : rules.all(ObjectType.RESTART_BLOCK)) {
      int tid = ((RestartBlock) object.record()).tid();
      for (CpuX86_64 cpu : rules.all(ObjectType.CPU_X86_64, CpuX86_64.class)) {
        long call = new UserRegs(cpu.regs()).get(UserRegs.ORIG_RAX);
        if (cpu.tid() == tid && !RelativeTimeout.isOf(call)) {
          throw TaskRules.corrupt(object, "a thread in a call with a time-out", "call " + call);
        }
      }
    }
  }

  private void pending() throws CorruptImageException {
    Set<Integer> queues = new HashSet<>();
    for (ImageObject object : rules.all(ObjectType.SIGPENDING)) {
      Sigpending queue = (Sigpending) object.record();
      if (queue.tid() != 0) {
        requireThread(object, queue.tid());
      }
      if (!queues.add(queue.tid())) {
        throw TaskRules.corrupt(object, "only one of tid " + queue.tid(), "another");
      }
      for (ByteString info : queue.siginfos()) {
        int signal = info.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getInt();
        if (signal < 1 || signal > Signals.NSIG) {
          throw TaskRules.corrupt(object, "signals 1 to " + Signals.NSIG, "signal " + signal);
        }
      }
    }
  }

  private void timers() throws CorruptImageException {
    int last = -1;
    for (ImageObject object : rules.all(ObjectType.POSIX_TIMER)) {
      PosixTimer timer = (PosixTimer) object.record();
      if (timer.id() <= last) {
        throw TaskRules.corrupt(object, "ids that ascend", timer.id() + " behind " + last);
      }
      last = timer.id();
      if (timer.notifyTid() != 0) {
        requireThread(object, timer.notifyTid());
      }
    }
  }

  private void policies() throws CorruptImageException {
    for (ImageObject object : rules.all(ObjectType.MEMPOLICY)) {
      Mempolicy policy = (Mempolicy) object.record();
      if (policy.tid() != 0) {
        requireThread(object, policy.tid());
      }
    }
    rules.distinct(
        ObjectType.MEMPOLICY,
        Mempolicy.class,
        "thread and address",
        policy -> List.of(policy.tid(), policy.start()));
  }
}
