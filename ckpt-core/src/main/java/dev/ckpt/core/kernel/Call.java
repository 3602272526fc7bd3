package dev.ckpt.core.kernel;

import com.sun.jna.Native;
import dev.ckpt.core.error.SyscallException;

/** Turns a failing return value into a {@link SyscallException}; the one place that reads errno. */
final class Call {
  private Call() {}

  /**
   * Returns a result that is not -1; otherwise throws with errno, the call's name and arguments.
   */
  static long check(long result, String target, String call, Object... arguments)
      throws SyscallException {
    if (result != -1) {
      return result;
    }
    throw failure(Native.getLastError(), target, call, arguments);
  }

  /** The same for calls that return an int. */
  static int check(int result, String target, String call, Object... arguments)
      throws SyscallException {
    return (int) check((long) result, target, call, arguments);
  }

  /** The error number of the failing call just made by this thread. */
  static int errno() {
    return Native.getLastError();
  }

  /** The exception for an error number that was got otherwise. */
  static SyscallException failure(int errno, String target, String call, Object... arguments) {
    StringBuilder text = new StringBuilder();
    for (Object argument : arguments) {
      if (text.length() > 0) {
        text.append(", ");
      }
      if (argument instanceof Long && ((Long) argument < 0 || (Long) argument > 0xffff)) {
        text.append("0x").append(Long.toHexString((Long) argument));
      } else {
        text.append(argument);
      }
    }
    return new SyscallException(target, call, text.toString(), errno);
  }
}
