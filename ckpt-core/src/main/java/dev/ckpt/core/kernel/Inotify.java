package dev.ckpt.core.kernel;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import java.lang.ref.Reference;
import java.util.Arrays;

/** inotify(7), and the file handles by which its watches are found again. */
public final class Inotify {
  public static final int IN_UNMOUNT = 0x2000;
  public static final int IN_Q_OVERFLOW = 0x4000;
  public static final int IN_IGNORED = 0x8000;
  public static final int IN_DONT_FOLLOW = 0x2000000;

  private static final long FIONREAD = 0x541b;

  /** struct inotify_event: wd 0, mask 4, cookie 8, len 12, name. */
  private static final int EVENT_BYTES = 16;

  private static final int READ_BYTES = 64 * 1024;

  private Inotify() {}

  /** inotify_add_watch(2); the watch descriptor. */
  public static int addWatch(Fd inotify, byte[] path, int mask) throws SyscallException {
    NativeBuffer name = NativeBuffer.of(Files.cString(path));
    long wd =
        LibC.syscall(Numbers.INOTIFY_ADD_WATCH, inotify.number(), name.address(), mask, 0, 0, 0);
    int errno = Call.errno();
    Reference.reachabilityFence(name);
    if (wd == -1) {
      throw Call.failure(errno, "", "inotify_add_watch", inotify, Files.text(path), mask);
    }
    return (int) wd;
  }

  /** inotify_rm_watch(2); it leaves an event. */
  public static void removeWatch(Fd inotify, int wd) throws SyscallException {
    Call.check(
        LibC.syscall(Numbers.INOTIFY_RM_WATCH, inotify.number(), wd, 0, 0, 0, 0),
        "",
        "inotify_rm_watch",
        inotify,
        wd);
  }

  /** How many bytes of events wait to be read. */
  public static int pendingBytes(Fd inotify) throws SyscallException {
    NativeBuffer bytes = NativeBuffer.allocate(Long.BYTES);
    inotify.ioctl(FIONREAD, bytes.address());
    return bytes.getInt(0);
  }

  /**
   * Reads away every event.
   *
   * @return the union of their masks
   */
  public static int drain(Fd inotify) throws SyscallException {
    NativeBuffer buffer = NativeBuffer.allocate(READ_BYTES);
    int masks = 0;
    while (pendingBytes(inotify) > 0) {
      long n =
          Call.check(
              LibC.read(inotify.number(), buffer.address(), READ_BYTES), "", "read", inotify);
      for (int at = 0; at < n; at += EVENT_BYTES + buffer.getInt(at + 12)) {
        masks |= buffer.getInt(at + 4);
      }
    }
    return masks;
  }

  /** open_by_handle_at(2) for a path only; takes CAP_DAC_READ_SEARCH. */
  @MustBeClosed
  public static Fd openByHandle(Fd mount, int type, byte[] handle) throws SyscallException {
    // struct file_handle: handle_bytes 0, handle_type 4, f_handle 8 (linux/fs.h)
    NativeBuffer raw = NativeBuffer.allocate(8 + handle.length);
    raw.putInt(0, handle.length);
    raw.putInt(4, type);
    raw.put(8, handle);
    long fd =
        LibC.syscall(
            Numbers.OPEN_BY_HANDLE_AT,
            mount.number(),
            raw.address(),
            Fcntl.O_PATH | Fcntl.O_CLOEXEC,
            0,
            0,
            0);
    int errno = Call.errno();
    Reference.reachabilityFence(raw);
    if (fd == -1) {
      throw Call.failure(errno, "", "open_by_handle_at", mount, type, Arrays.toString(handle));
    }
    return new Fd((int) fd);
  }
}
