package dev.ckpt.core.kernel;

import com.sun.jna.Native;

/**
 * The C library, mapped directly (no proxies): C names, raw return values, no interpretation.
 *
 * <p>NB: direct mapping makes the whole class unusable when one symbol is missing, so only what
 * glibc has had for ten years stands here; newer calls go through {@link #syscall} by number. All
 * 64-bit arguments are {@code long}; addresses are plain longs. errno is read by {@code
 * Native.getLastError()} in {@link Call} alone, and only after a failing return.
 */
final class LibC {
  static {
    Native.register(LibC.class, "c");
  }

  private LibC() {}

  /** syscall(2); variadic in C, which x86-64 and arm64 Linux call like a fixed list of longs. */
  static native long syscall(long nr, long a1, long a2, long a3, long a4, long a5, long a6);

  static native int open(byte[] path, int flags, int mode);

  static native int openat(int dirfd, byte[] path, int flags, int mode);

  static native int close(int fd);

  static native int fchmod(int fd, int mode);

  static native long read(int fd, long buf, long count);

  static native long write(int fd, long buf, long count);

  static native long pread64(int fd, long buf, long count, long offset);

  static native long pwrite64(int fd, long buf, long count, long offset);

  static native long lseek64(int fd, long offset, int whence);

  static native int ioctl(int fd, long request, long argument);

  static native int fcntl(int fd, int command, long argument);

  static native long tee(int fdIn, int fdOut, long len, int flags);

  static native long splice(int fdIn, long offIn, int fdOut, long offOut, long len, int flags);

  static native int pipe2(long fds, int flags);

  static native int socket(int domain, int type, int protocol);

  static native int getsockopt(int fd, int level, int name, long value, long len);

  static native int setsockopt(int fd, int level, int name, long value, int len);

  static native int getsockname(int fd, long address, long len);

  static native int getpeername(int fd, long address, long len);

  static native int bind(int fd, long address, int len);

  static native int connect(int fd, long address, int len);

  static native int shutdown(int fd, int how);

  static native long sendmsg(int fd, long message, int flags);

  static native long recvmsg(int fd, long message, int flags);

  static native int poll(long pollfds, long nr, int timeoutMillis);

  static native int fsync(int fd);

  static native int fdatasync(int fd);

  static native int ftruncate64(int fd, long length);

  static native int fallocate64(int fd, int mode, long offset, long length);

  static native int linkat(int olddir, byte[] oldpath, int newdir, byte[] newpath, int flags);

  static native int renameat(int olddir, byte[] oldpath, int newdir, byte[] newpath);

  static native int faccessat(int dir, byte[] path, int mode, int flags);

  static native int unlinkat(int dir, byte[] path, int flags);

  static native long readlink(byte[] path, long buf, long size);

  static native int kill(int pid, int signal);

  static native long signal(int signal, long handler);

  static native int clone(long function, long stack, int flags, long argument);

  static native int waitpid(int pid, long status, int options);

  static native long ptrace(int request, long pid, long addr, long data);

  static native long process_vm_readv(
      int pid, long local, long nrLocal, long remote, long nrRemote, long flags);

  static native long process_vm_writev(
      int pid, long local, long nrLocal, long remote, long nrRemote, long flags);

  static native int dup2(int fd, int newFd);

  static native int getpid();

  static native int getpgrp();

  static native int getsid(int pid);

  static native int getpgid(int pid);

  static native int geteuid();

  static native int getegid();

  static native int tcgetpgrp(int fd);

  static native int tcsetpgrp(int fd, int pgrp);

  static native int isatty(int fd);

  static native int sched_yield();

  static native int prlimit64(int pid, int resource, long newLimit, long oldLimit);

  static native int sigemptyset(long set);

  static native int sigfillset(long set);

  static native int pthread_sigmask(int how, long set, long oldset);

  static native int posix_spawn(
      long pidOut, byte[] path, long fileActions, long attributes, long argv, long envp);

  static native int posix_spawnattr_init(long attributes);

  static native int posix_spawnattr_destroy(long attributes);

  static native int posix_spawnattr_setflags(long attributes, short flags);

  static native int posix_spawnattr_setsigmask(long attributes, long set);

  static native int posix_spawnattr_setsigdefault(long attributes, long set);

  static native int posix_spawn_file_actions_init(long actions);

  static native int posix_spawn_file_actions_destroy(long actions);

  static native int posix_spawn_file_actions_addclose(long actions, int fd);

  static native int posix_spawn_file_actions_adddup2(long actions, int fd, int newfd);
}
