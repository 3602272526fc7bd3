package dev.ckpt.core.kernel;

import dev.ckpt.core.error.SyscallException;

/**
 * posix_spawn(3): starts a child that no reaper thread of the JVM waits for.
 *
 * <p>NB: a child of java.lang.Process cannot be traced from the same JVM, whose reaper swallows the
 * ptrace stops. Such a child also inherits a blocked SIGQUIT and every descriptor that the JVM
 * opened without close-on-exec; here signals start out clean, and the caller closes descriptors.
 */
public final class Spawn {
  private static final int ATTRIBUTES_BYTES = 336;
  private static final int ACTIONS_BYTES = 80;
  private static final int SIGSET_BYTES = 128;
  private static final short SETSIGDEF = 0x04;
  private static final short SETSIGMASK = 0x08;

  private Spawn() {}

  /** Starts a program with an empty environment; returns its pid, for the caller to wait for. */
  public static int start(String path, String... arguments) throws SyscallException {
    NativeBuffer attributes = NativeBuffer.allocate(ATTRIBUTES_BYTES);
    NativeBuffer actions = NativeBuffer.allocate(ACTIONS_BYTES);
    NativeBuffer sets = NativeBuffer.allocate(2 * SIGSET_BYTES);
    NativeBuffer pid = NativeBuffer.allocate(8);
    NativeBuffer[] strings = new NativeBuffer[arguments.length];
    NativeBuffer argv = NativeBuffer.allocate(8 * (arguments.length + 1));
    for (int i = 0; i < arguments.length; i++) {
      strings[i] = NativeBuffer.of(Files.cString(Files.bytes(arguments[i])));
      argv.putLong(8 * i, strings[i].address());
    }
    NativeBuffer noEnvironment = NativeBuffer.allocate(8);
    for (int i = 0; i < SIGSET_BYTES; i += 8) {
      sets.putLong(i, -1);
    }
    LibC.posix_spawnattr_init(attributes.address());
    LibC.posix_spawn_file_actions_init(actions.address());
    try {
      LibC.posix_spawnattr_setsigdefault(attributes.address(), sets.address());
      LibC.posix_spawnattr_setsigmask(attributes.address(), sets.address(SIGSET_BYTES));
      LibC.posix_spawnattr_setflags(attributes.address(), (short) (SETSIGDEF | SETSIGMASK));
      int errno =
          LibC.posix_spawn(
              pid.address(),
              Files.cString(Files.bytes(path)),
              actions.address(),
              attributes.address(),
              argv.address(),
              noEnvironment.address());
      if (errno != 0) {
        throw Call.failure(errno, "", "posix_spawn", path);
      }
      return pid.getInt(0);
    } finally {
      LibC.posix_spawn_file_actions_destroy(actions.address());
      LibC.posix_spawnattr_destroy(attributes.address());
      java.lang.ref.Reference.reachabilityFence(strings);
    }
  }
}
