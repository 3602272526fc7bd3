package dev.ckpt.core.checkpoint;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.NsLink;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.Stat;
import dev.ckpt.core.proc.Status;
import dev.ckpt.core.proc.SyscallState;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import java.util.List;
import java.util.Map;

/**
 * Looks at a task from outside, through /proc alone, and says what cannot be saved. Nothing of the
 * task is touched, so this may run on a task that is not stopped, and runs again when it is.
 */
final class Survey {
  /** {@code include/linux/sched.h}. */
  private static final int PF_EXITING = 0x00000004;

  private static final int PF_KTHREAD = 0x00200000;
  private static final int WAIT4 = 61;
  private static final int WAITID = 247;
  private static final ByteString SLASH = ByteString.of("/");
  private static final String LATER = "this version cannot save it";

  private final ProcFs proc;
  private final Refusals refusals;

  private Survey(int pid, Refusals refusals) {
    this.proc = ProcFs.of(pid);
    this.refusals = refusals;
  }

  /** Refuses what makes no sense at all: a task that is no ordinary process of somebody else. */
  static void identity(int pid, Refusals refusals) throws CkptException {
    Survey survey = new Survey(pid, refusals);
    if (!Signals.exists(pid)) {
      refusals.add(RefusalCode.TASK_NONE, "there is no such process", "name one that runs");
      return;
    }
    Stat stat = survey.proc.stat();
    refusals.addIf(
        pid == Tasks.self(), RefusalCode.TASK_SELF, "is ckpt itself", "name another process");
    refusals.addIf(
        (stat.flags() & PF_KTHREAD) != 0,
        RefusalCode.TASK_KERNEL_THREAD,
        "is a kernel thread",
        "only processes can be saved");
    refusals.addIf(
        stat.state().ended() && stat.numThreads() <= 1,
        RefusalCode.TASK_ZOMBIE,
        "has exited and waits for its parent",
        "there is nothing left to save");
    Status status = survey.proc.status();
    refusals.addIf(
        status.tracerPid() != 0 && status.tracerPid() != Tasks.self(),
        RefusalCode.TASK_TRACED,
        "is traced by process " + status.tracerPid(),
        "end the debugger first");
    refusals.addIf(
        status.tgid() != pid,
        RefusalCode.TASK_IS_THREAD,
        "is a thread of process " + status.tgid(),
        "name the process");
    survey.waitedForByOurJvm(pid);
  }

  /** A reaper thread of java.lang.Process would swallow the target's stops. */
  private void waitedForByOurJvm(int pid) throws CkptException {
    ProcFs self = ProcFs.of(Tasks.self());
    if (proc.stat().ppid() != Tasks.self()) {
      return;
    }
    for (int tid : self.tasks()) {
      SyscallState call;
      try {
        call = self.syscall(tid);
      } catch (TargetGoneException e) {
        // A thread of ours that ended waits for nobody.
        continue;
      }
      if (call.kind() != SyscallState.Kind.INSIDE) {
        continue;
      }
      boolean waits =
          (call.nr() == WAIT4 && call.args().get(0).intValue() == pid)
              || (call.nr() == WAITID && call.args().get(1).intValue() == pid);
      refusals.addIf(
          waits,
          RefusalCode.TASK_WAITED_FOR,
          "is a child that a thread of this JVM waits for (java.lang.Process)",
          "dump it from another process with the ckpt command");
    }
  }

  /** Refuses everything that /proc tells and that cannot be saved. */
  static void state(int pid, Refusals refusals) throws CkptException {
    Survey survey = new Survey(pid, refusals);
    if (survey.hasDeadLeader()) {
      // Most of /proc/PID is empty then, and there is more than enough to refuse.
      return;
    }
    survey.process();
    survey.folders();
    survey.namespaces();
    for (int tid : survey.proc.tasks()) {
      try {
        survey.thread(tid);
      } catch (TargetGoneException e) {
        // A thread that ended while we looked is no part of the task; its leader is.
        if (tid == pid) {
          throw e;
        }
      } catch (SyscallException e) {
        if (tid == pid || e.errno() != Errno.ESRCH) {
          throw e;
        }
      }
    }
  }

  private boolean hasDeadLeader() throws CkptException {
    boolean dead = proc.stat().state().ended();
    refusals.addIf(dead, RefusalCode.TASK_DEAD_LEADER, "its first thread has exited", LATER);
    return dead;
  }

  private void process() throws CkptException {
    PosixTimers.survey(proc, refusals);
    CloneSharers.refuse(proc.pid(), refusals);
  }

  private void folders() throws CkptException {
    FileStat theirRoot = FileStat.of("/proc/" + proc.pid() + "/root/.");
    // NB: a bind mount of / is the same file in another place, with other mounts in it.
    refusals.addIf(
        !theirRoot.sameFile(FileStat.of("/")) || !proc.link("root").equals(SLASH),
        RefusalCode.ROOT,
        "its root folder is " + proc.link("root"),
        "run ckpt in the same root");
    FileStat cwd = FileStat.of("/proc/" + proc.pid() + "/cwd/.");
    ByteString shown = proc.link("cwd");
    refusals.addIf(
        !FileRefs.nameLeadsTo(shown, cwd) && !GhostFolders.isOne(shown, cwd),
        RefusalCode.CWD_DELETED,
        "its working folder " + shown + " is not what has that name",
        LATER);
  }

  private void namespaces() throws CkptException {
    Map<String, NsLink> theirs = proc.namespaces();
    TimeNamespace.survey(theirs, refusals);
    for (Map.Entry<String, NsLink> ours : ProcFs.of(Tasks.self()).namespaces().entrySet()) {
      if (ours.getKey().startsWith(TimeNamespace.LINK)) {
        continue;
      }
      // NB: a pid namespace for children that has no child yet shows as no link at all.
      NsLink namespace = theirs.get(ours.getKey());
      refusals.addIf(
          namespace == null || namespace.ino() != ours.getValue().ino(),
          RefusalCode.NAMESPACE,
          "its " + ours.getKey() + " namespace is not ours",
          "run ckpt inside the same namespaces (nsenter)");
    }
  }

  private void thread(int tid) throws CkptException {
    Stat stat = proc.stat(tid);
    if (stat.state().ended()) {
      return;
    }
    String name = tid == proc.pid() ? "" : "thread " + tid + " ";
    List<Integer> children = proc.children(tid);
    refusals.addIf(
        !children.isEmpty(),
        RefusalCode.TASK_CHILDREN,
        "has child processes " + children,
        "only single processes can be saved");
    Scheduling.survey(tid, name, refusals);
    Status status = proc.status(tid);
    SeccompFilters.refuse(status, name, refusals);
    refusals.addIf(
        !status.x86ThreadFeatures().orElse(java.util.Set.of()).isEmpty(),
        RefusalCode.SHADOW_STACK,
        name + "has a shadow stack",
        "start it with GLIBC_TUNABLES=glibc.cpu.x86_shstk=off");
    sharing(tid, name);
  }

  private void sharing(int tid, String name) throws CkptException {
    if (tid == proc.pid()) {
      return;
    }
    for (Tasks.KcmpType type :
        new Tasks.KcmpType[] {
          Tasks.KcmpType.FILES, Tasks.KcmpType.FS, Tasks.KcmpType.SIGHAND, Tasks.KcmpType.VM
        }) {
      try {
        refusals.addIf(
            isUnshared(tid, type),
            RefusalCode.THREAD_UNSHARED,
            name + "has its own " + type + ", not the process's",
            LATER);
      } catch (SyscallException e) {
        if (e.errno() != Errno.ESRCH && e.errno() != Errno.EPERM) {
          throw e;
        }
        refusals.addIf(
            e.errno() == Errno.EPERM,
            RefusalCode.PTRACE_DENIED,
            name + "cannot be compared with its process",
            Obstacles.rights());
      }
    }
  }

  /** NB: a thread that ends lets go of its files before it is gone. */
  private boolean isUnshared(int tid, Tasks.KcmpType type) throws CkptException {
    return Tasks.kcmp(proc.pid(), tid, type, 0, 0) != 0
        && (proc.stat(tid).flags() & PF_EXITING) == 0;
  }
}
