package dev.ckpt.core.proc;

/**
 * What {@code /proc/PID/fdinfo/N} adds for a pidfd.
 *
 * <p>Source: pidfd_show_fdinfo in kernel/fork.c, later fs/pidfs.c.
 *
 * @param pid of the process or thread; -1 when it is gone, 0 when it is not of our pid namespace
 */
public record PidfdInfo(int pid) {
  /** Takes it from the line of the file. */
  public static PidfdInfo of(FdInfo info) throws ProcFormatException {
    TextCursor in = info.line("Pid:\t");
    int pid = in.signedInt();
    in.expectEnd();
    return new PidfdInfo(pid);
  }
}
