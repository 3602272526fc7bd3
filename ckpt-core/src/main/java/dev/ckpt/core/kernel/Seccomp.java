package dev.ckpt.core.kernel;

/**
 * Secure computing: what filters see, and what they answer.
 *
 * <p>Source: seccomp(2), {@code linux/seccomp.h}, {@code linux/audit.h}.
 */
public final class Seccomp {
  public static final int MODE_DISABLED = 0;
  public static final int MODE_STRICT = 1;
  public static final int MODE_FILTER = 2;

  public static final int SET_MODE_FILTER = 1;
  public static final int FILTER_FLAG_LOG = 2;
  public static final int FILTER_FLAG_SPEC_ALLOW = 4;

  public static final int RET_KILL_PROCESS = 0x80000000;
  public static final int RET_KILL_THREAD = 0;
  public static final int RET_TRAP = 0x00030000;
  public static final int RET_ERRNO = 0x00050000;
  public static final int RET_USER_NOTIF = 0x7fc00000;
  public static final int RET_TRACE = 0x7ff00000;
  public static final int RET_LOG = 0x7ffc0000;
  public static final int RET_ALLOW = 0x7fff0000;
  public static final int RET_ACTION_FULL = 0xffff0000;

  /** Size of {@code struct seccomp_data}: number, architecture, instruction, six arguments. */
  public static final int DATA_BYTES = 64;

  /** Offset of the architecture in it. */
  public static final int DATA_ARCH = 4;

  /** Offset of the arguments in it. */
  public static final int DATA_ARGS = 16;

  public static final int AUDIT_ARCH_X86_64 = 0xc000003e;

  /** What becomes of a system call; of several filters' answers the first in this order counts. */
  public enum Action {
    KILL_PROCESS(RET_KILL_PROCESS),
    KILL_THREAD(RET_KILL_THREAD),
    TRAP(RET_TRAP),
    ERRNO(RET_ERRNO),
    USER_NOTIF(RET_USER_NOTIF),
    TRACE(RET_TRACE),
    LOG(RET_LOG),
    ALLOW(RET_ALLOW);

    private final int value;

    Action(int value) {
      this.value = value;
    }

    /** That of a filter's answer; the kernel kills for one that it does not know. */
    public static Action of(int answer) {
      for (Action action : values()) {
        if (action.value == (answer & RET_ACTION_FULL)) {
          return action;
        }
      }
      return KILL_PROCESS;
    }
  }

  private Seccomp() {}
}
