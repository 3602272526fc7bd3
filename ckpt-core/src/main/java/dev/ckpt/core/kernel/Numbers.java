package dev.ckpt.core.kernel;

import dev.ckpt.core.kernel.x86_64.SyscallNumbers;

/**
 * Numbers of the calls that we make by number for ourselves. From 424 on they are the same on every
 * architecture ({@code asm-generic/unistd.h}); older ones come from the architecture's own table.
 */
final class Numbers {
  static final long PIDFD_OPEN = 434;
  static final long CLONE3 = 435;
  static final long PIDFD_GETFD = 438;
  static final long LANDLOCK_CREATE_RULESET = 444;
  static final long MEMFD_CREATE = SyscallNumbers.MEMFD_CREATE;
  static final long KCMP = SyscallNumbers.KCMP;
  static final long GET_ROBUST_LIST = SyscallNumbers.GET_ROBUST_LIST;
  static final long GETTID = SyscallNumbers.GETTID;
  static final long TGKILL = SyscallNumbers.TGKILL;
  static final long SCHED_SETATTR = SyscallNumbers.SCHED_SETATTR;
  static final long IOPRIO_SET = SyscallNumbers.IOPRIO_SET;
  static final long IOPRIO_GET = SyscallNumbers.IOPRIO_GET;
  static final long SCHED_SETAFFINITY = SyscallNumbers.SCHED_SETAFFINITY;
  static final long SCHED_GETAFFINITY = SyscallNumbers.SCHED_GETAFFINITY;
  static final long SCHED_GETATTR = SyscallNumbers.SCHED_GETATTR;
  static final long TIMERFD_GETTIME = SyscallNumbers.TIMERFD_GETTIME;
  static final long CLOCK_GETTIME = SyscallNumbers.CLOCK_GETTIME;
  static final long INOTIFY_ADD_WATCH = SyscallNumbers.INOTIFY_ADD_WATCH;
  static final long INOTIFY_RM_WATCH = SyscallNumbers.INOTIFY_RM_WATCH;
  static final long OPEN_BY_HANDLE_AT = SyscallNumbers.OPEN_BY_HANDLE_AT;
  static final long POLL = SyscallNumbers.POLL;
  static final long CHDIR = SyscallNumbers.CHDIR;
  static final long UNSHARE = SyscallNumbers.UNSHARE;
  static final long MMAP = SyscallNumbers.MMAP;
  static final long MUNMAP = SyscallNumbers.MUNMAP;
  static final long SHMCTL = SyscallNumbers.SHMCTL;
  static final long FSTATFS = SyscallNumbers.FSTATFS;
  static final long STATX = SyscallNumbers.STATX;
  static final long RENAMEAT2 = SyscallNumbers.RENAMEAT2;
  static final long VMSPLICE = SyscallNumbers.VMSPLICE;
  static final long GETXATTR = SyscallNumbers.GETXATTR;

  private Numbers() {}
}
