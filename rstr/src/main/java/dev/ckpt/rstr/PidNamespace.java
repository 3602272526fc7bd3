package dev.ckpt.rstr;

import static java.util.regex.Pattern.DOTALL;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.TouchHook;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.core.tracee.Stub;
import dev.ckpt.core.tracee.TaskId;
import dev.ckpt.core.tracee.Tracee;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.FilePidfd;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.InotifyWatch;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fresh pid namespace, in which the task has its old numbers whoever has them outside, and a
 * mount namespace with its /proc.
 *
 * <p>The stub's next children are born into both. The first is the init: a copy of the stub, that
 * lets the kernel wait for orphans, and waits itself for the task to end; then it ends too, and
 * with it the kernel ends whatever the task has started. The second is the task. It is no child of
 * the init's: who restores it waits for it as for any restored task, and its job control is that of
 * our session. It sees a parent of number 0.
 *
 * <p>Until it is let go the init dies with us, and with it everything in the namespace.
 *
 * <p>Source: pid_namespaces(7), mount_namespaces(7).
 */
final class PidNamespace {
  static final String REMEDY =
      "run as root or with CAP_SYS_ADMIN, on a kernel with pid namespaces (CONFIG_PID_NS)";
  private static final Path SUPPORT = Path.of("/proc/self/ns/pid");
  private static final Pattern IN_PROC = Pattern.compile("/proc/([1-9][0-9]{0,8})(/.*)?", DOTALL);
  private static final int CLONE_NEWNS = 0x20000;
  private static final int CLONE_NEWPID = 0x20000000;
  private static final int MS_NOSUID = 2;
  private static final int MS_NODEV = 4;
  private static final int MS_NOEXEC = 8;
  private static final int MS_REC = 0x4000;
  private static final int MS_SLAVE = 0x80000;
  private static final int PR_SET_NAME = 15;
  private static final int SIGACTION_BYTES = 32;
  private static final long SIG_IGN = 1;
  private static final short POLLIN = 1;
  private static final int POLLFD_BYTES = 8;

  /** The init's pidfd of the task: the first descriptor that it opens. */
  private static final int WATCHED = 0;

  /** A wait that ends early, as it may under a debugger, must not end the task. */
  private static final int NR_WAITS = 64;

  /** What the init is to itself. */
  private static final int INIT = 1;

  private final Tracee init;
  private final TouchHook hook;

  private PidNamespace(Tracee init, TouchHook hook) {
    this.init = init;
    this.hook = hook;
  }

  /** Refuses what cannot be had, or would not be there, in a namespace of its own. */
  static void check(Checks checks) throws CkptException {
    if (UserNamespace.isNeeded()) {
      UserNamespace.check(checks);
    }
    if (!Files.exists(SUPPORT)) {
      checks.refuse(RefusalCode.NO_RIGHT_TO_NAMESPACE, "a pid namespace cannot be made", REMEDY);
    }
    ImageState state = checks.state();
    if (state.threads().stream().anyMatch(thread -> thread.tid() == INIT)) {
      checks.refuse(
          RefusalCode.PID_TAKEN,
          "pid " + INIT + " is that of the init in every pid namespace",
          "restore it without --pid-namespace");
    }
    for (FilePidfd pidfd : state.shared(FilePidfd.class).values()) {
      if (pidfd.startTicks() != 0) {
        refuseOutside(checks, "a pidfd", pidfd.pid());
      }
    }
    for (FileRef file : state.shared(FileRef.class).values()) {
      checkPath(checks, file.path());
    }
    for (InotifyWatch watch : state.all(InotifyWatch.class)) {
      checkPath(checks, watch.path());
    }
    checkPath(checks, state.task().cwd());
  }

  private static void checkPath(Checks checks, ByteString path) throws CkptException {
    OptionalInt owner = ownerOf(path);
    if (owner.isPresent() && owner.getAsInt() != checks.state().task().pid()) {
      refuseOutside(checks, path.toString(), owner.getAsInt());
    }
  }

  private static void refuseOutside(Checks checks, String what, int pid) {
    checks.refuse(
        RefusalCode.OUTSIDE_NAMESPACE,
        "the task has " + what + " of process " + pid + ", which it could not see",
        "restore it without --pid-namespace");
  }

  /** Whose file of /proc a path leads to; nothing for any other path. */
  static OptionalInt ownerOf(ByteString path) {
    Matcher matcher = IN_PROC.matcher(path.toString());
    return matcher.matches()
        ? OptionalInt.of(Integer.parseInt(matcher.group(1)))
        : OptionalInt.empty();
  }

  /**
   * Has the stub make both namespaces and the init.
   *
   * @param calls of the stub, whose next child is born into the namespaces too
   */
  static PidNamespace begin(Tracee stub, RemoteSyscalls calls, RestartOptions options)
      throws CkptException {
    // As a job of ours the task gets its end waited for by us, and so does its init.
    boolean sibling = options.custody() == Custody.JOB;
    boolean alone = UserNamespace.isNeeded();
    int flags = CLONE_NEWPID | CLONE_NEWNS | (alone ? UserNamespace.CLONE_NEWUSER : 0);
    Batch unsharing = calls.batch();
    unsharing.call("unshare", SyscallNumbers.UNSHARE, flags);
    calls.run(unsharing);
    if (alone) {
      UserNamespace.map(stub.pid());
    }
    Batch batch = calls.batch();
    Clone3.add(batch, sibling ? Clone3.CLONE_PARENT : 0, sibling ? 0 : Signals.SIGCHLD, INIT);
    calls.run(batch);
    TaskId id = new TaskId(calls.lastChild(), INIT);
    return new PidNamespace(Tracee.attached(stub.tracer(), id, id), options.hook());
  }

  /** What it means that it could not be made. */
  static CkptException failed(SyscallException e) {
    // ENOSPC: there may be no more of them (user.max_pid_namespaces).
    boolean denied =
        e.errno() == Errno.EPERM || e.errno() == Errno.EACCES || e.errno() == Errno.ENOSPC;
    return denied
        ? new UnsupportedStateException(
            List.of(
                new Refusal(
                    RefusalCode.NO_RIGHT_TO_NAMESPACE,
                    "a pid namespace cannot be made (" + e.getMessage() + ")",
                    REMEDY)))
        : e;
  }

  /** The init's pid as we see it. */
  int init() {
    return init.pid();
  }

  /** Makes the init ready: it keeps nothing of ours open, and /proc is that of the namespace. */
  void prepare() throws CkptException {
    Threads.awaitBirth(init);
    try (RemoteMemory memory = memory();
        RemoteSyscalls calls = Stub.calls(init, memory)) {
      Batch batch = calls.batch();
      batch.call("setsid", SyscallNumbers.SETSID);
      batch.call("close_range", SyscallNumbers.CLOSE_RANGE, 0, -1, 0);
      batch.call(
          "prctl(PR_SET_NAME)", SyscallNumbers.PRCTL, PR_SET_NAME, string(batch, "ckpt-init"));
      Batch.Data root = string(batch, "/");
      batch.call("chdir", SyscallNumbers.CHDIR, root);
      Batch.Data ignored = batch.space(SIGACTION_BYTES);
      batch.putLong(ignored, 0, SIG_IGN);
      batch.call(
          "rt_sigaction", SyscallNumbers.RT_SIGACTION, Signals.SIGCHLD, ignored, 0, Long.BYTES);
      // What is mounted outside later is seen inside, and nothing the other way round.
      batch.call("mount(MS_SLAVE)", SyscallNumbers.MOUNT, 0, root, 0, MS_REC | MS_SLAVE, 0);
      Batch.Data proc = string(batch, "proc");
      batch.call(
          "mount(/proc)",
          SyscallNumbers.MOUNT,
          proc,
          string(batch, "/proc"),
          proc,
          MS_NOSUID | MS_NODEV | MS_NOEXEC,
          0);
      calls.run(batch);
    }
  }

  /** Gives the init a handle on the task, by its number in the namespace. */
  void watch(int pid) throws CkptException {
    try (RemoteMemory memory = memory();
        RemoteSyscalls calls = Stub.calls(init, memory)) {
      Batch batch = calls.batch();
      batch.call("pidfd_open", SyscallNumbers.PIDFD_OPEN, pid, 0);
      calls.run(batch);
    }
  }

  /** From here on it lives as long as the task. */
  void letGo() throws CkptException {
    try (RemoteMemory memory = memory();
        RemoteSyscalls calls = Stub.calls(init, memory)) {
      Batch table = calls.batch();
      Batch.Data watched = table.space(POLLFD_BYTES);
      table.putLong(watched, 0, (long) POLLIN << Integer.SIZE | WATCHED);
      for (int i = 0; i < NR_WAITS; i++) {
        table.tryCall("poll", SyscallNumbers.POLL, watched, 1, -1);
      }
      table.tryCall("exit_group", SyscallNumbers.EXIT_GROUP, 0);
      Stub.letGo(init, memory, table);
    }
  }

  @MustBeClosed
  private RemoteMemory memory() throws CkptException {
    return RemoteMemory.open(init.pid(), hook);
  }

  private static Batch.Data string(Batch batch, String text) {
    return batch.string(text.getBytes(StandardCharsets.US_ASCII));
  }
}
