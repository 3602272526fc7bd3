package dev.ckpt.rstr;

import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.Cred;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.ShmemKind;
import dev.ckpt.format.record.SysvShm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A user namespace for an ordinary user's task, in which it may have a pid namespace. Its one user
 * and its one group are ours, by the same numbers; all others are nobody there.
 *
 * <p>Source: user_namespaces(7).
 */
final class UserNamespace {
  static final int CLONE_NEWUSER = 0x10000000;

  private static final int CAP_SYS_ADMIN = 21;
  private static final Path SUPPORT = Path.of("/proc/self/ns/user");

  private UserNamespace() {}

  /** Whether we may make a pid namespace in this way alone. */
  static boolean isNeeded() throws CkptException {
    return !Checks.hasCapability(CAP_SYS_ADMIN);
  }

  /** Refuses what takes rights that nobody has in a user namespace. */
  static void check(Checks checks) throws CkptException {
    if (!Files.exists(SUPPORT)) {
      refuse(checks, "a pid namespace cannot be made");
    }
    ImageState state = checks.state();
    if (state.shared(Shmem.class).values().stream().anyMatch(UserNamespace::isUnnamed)
        || !state.all(SysvShm.class).isEmpty()) {
      // It is reached through /proc/PID/map_files.
      refuse(checks, "the task has shared memory that only root can make again");
    }
    for (Cred cred : state.all(Cred.class)) {
      List<Integer> users = List.of(cred.uid(), cred.euid(), cred.suid(), cred.fsuid());
      List<Integer> groups = List.of(cred.gid(), cred.egid(), cred.sgid(), cred.fsgid());
      boolean ours =
          users.stream().allMatch(user -> user == Tasks.effectiveUser())
              && groups.stream().allMatch(group -> group == Tasks.effectiveGroup());
      if (!ours) {
        checks.refuse(
            RefusalCode.CREDS_DIFFER,
            "thread " + cred.tid() + " has other users or groups than we, which are nobody there",
            PidNamespace.REMEDY);
      }
    }
  }

  private static boolean isUnnamed(Shmem object) {
    return object.kind() == ShmemKind.ANON;
  }

  private static void refuse(Checks checks, String why) {
    checks.refuse(RefusalCode.NO_RIGHT_TO_NAMESPACE, why, PidNamespace.REMEDY);
  }

  /** Says who is who in the one that a process of ours has just made. */
  static void map(int pid) throws CkptException {
    // Without that, nobody but root may say which groups there are.
    write(pid, "setgroups", "deny");
    write(pid, "uid_map", one(Tasks.effectiveUser()));
    write(pid, "gid_map", one(Tasks.effectiveGroup()));
  }

  private static String one(int id) {
    String number = Integer.toUnsignedString(id);
    return number + " " + number + " 1";
  }

  private static void write(int pid, String name, String text) throws CkptException {
    String path = "/proc/" + pid + "/" + name;
    try {
      Files.writeString(Path.of(path), text, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new CkptException(
          FailureCode.SYSCALL_FAILED, "[pid " + pid + "] write " + path + ": " + e.getMessage(), e);
    }
  }
}
