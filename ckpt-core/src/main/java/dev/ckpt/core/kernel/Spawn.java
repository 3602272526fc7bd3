package dev.ckpt.core.kernel;

import dev.ckpt.core.error.SyscallException;
import java.io.File;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * posix_spawn(3): starts a child that no reaper thread of the JVM waits for.
 *
 * <p>NB: a child of java.lang.Process cannot be traced from the same JVM, whose reaper swallows the
 * ptrace stops. A child of posix_spawn's defaults would inherit a blocked SIGQUIT and every
 * descriptor that the JVM opened without close-on-exec; here signals start out clean and only
 * standard input, output and error are passed on.
 */
public final class Spawn {
  private static final int ATTRIBUTES_BYTES = 336;
  private static final int ACTIONS_BYTES = 80;
  private static final int SIGSET_BYTES = 128;
  private static final short SETSIGDEF = 0x04;
  private static final short SETSIGMASK = 0x08;
  private static final short SETSID = 0x80;
  private static final int STDIO = 3;

  /** Descriptors that other threads may open between our look and the spawn. */
  private static final int FD_SLACK = 64;

  private final String path;
  private final List<String> arguments = new ArrayList<>();
  private final List<String> environment = new ArrayList<>();
  private final int[] stdio = {0, 1, 2};
  private boolean newSession;

  private Spawn(String path) {
    this.path = path;
    arguments.add(path);
  }

  /** A child to be started from a program file; its environment is empty at first. */
  public static Spawn program(String path) {
    return new Spawn(path);
  }

  /** Adds arguments. */
  public Spawn arguments(String... more) {
    arguments.addAll(List.of(more));
    return this;
  }

  /** Adds variables to the environment. */
  public Spawn environment(Map<String, String> variables) {
    variables.forEach((name, value) -> environment.add(name + "=" + value));
    return this;
  }

  /** Our descriptors that become standard input, output and error; 0, 1 and 2 if not said. */
  public Spawn stdio(int in, int out, int err) {
    stdio[0] = in;
    stdio[1] = out;
    stdio[2] = err;
    return this;
  }

  /** Puts the child into a session of its own. */
  public Spawn newSession() {
    newSession = true;
    return this;
  }

  /** Starts it; returns its pid, for the caller to wait for. */
  public int start() throws SyscallException {
    NativeBuffer attributes = NativeBuffer.allocate(ATTRIBUTES_BYTES);
    NativeBuffer actions = NativeBuffer.allocate(ACTIONS_BYTES);
    NativeBuffer pid = NativeBuffer.allocate(Long.BYTES);
    List<NativeBuffer> strings = new ArrayList<>();
    NativeBuffer argv = vector(arguments, strings);
    NativeBuffer envp = vector(environment, strings);
    LibC.posix_spawnattr_init(attributes.address());
    LibC.posix_spawn_file_actions_init(actions.address());
    try {
      setSignals(attributes);
      setDescriptors(actions);
      int errno =
          LibC.posix_spawn(
              pid.address(),
              Files.cString(Files.bytes(path)),
              actions.address(),
              attributes.address(),
              argv.address(),
              envp.address());
      if (errno != 0) {
        throw Call.failure(errno, "", "posix_spawn", path);
      }
      return pid.getInt(0);
    } finally {
      LibC.posix_spawn_file_actions_destroy(actions.address());
      LibC.posix_spawnattr_destroy(attributes.address());
      Reference.reachabilityFence(strings);
      Reference.reachabilityFence(argv);
      Reference.reachabilityFence(envp);
    }
  }

  private static NativeBuffer vector(List<String> texts, List<NativeBuffer> strings) {
    NativeBuffer vector = NativeBuffer.allocate(Long.BYTES * (texts.size() + 1));
    for (int i = 0; i < texts.size(); i++) {
      NativeBuffer string = NativeBuffer.of(Files.cString(Files.bytes(texts.get(i))));
      strings.add(string);
      vector.putLong(i * Long.BYTES, string.address());
    }
    return vector;
  }

  private void setSignals(NativeBuffer attributes) {
    NativeBuffer sets = NativeBuffer.allocate(2 * SIGSET_BYTES);
    for (int i = 0; i < SIGSET_BYTES; i += Long.BYTES) {
      sets.putLong(i, -1);
    }
    int flags = SETSIGDEF | SETSIGMASK | (newSession ? SETSID : 0);
    LibC.posix_spawnattr_setsigdefault(attributes.address(), sets.address());
    LibC.posix_spawnattr_setsigmask(attributes.address(), sets.address(SIGSET_BYTES));
    LibC.posix_spawnattr_setflags(attributes.address(), (short) flags);
    Reference.reachabilityFence(sets);
  }

  private void setDescriptors(NativeBuffer actions) {
    int highest = STDIO;
    String[] open = new File("/proc/self/fd").list();
    for (String number : open == null ? new String[0] : open) {
      highest = Math.max(highest, Integer.parseInt(number));
    }
    // First out of the way, then into place: one of them may be another's number.
    int base = highest + FD_SLACK + 1;
    for (int i = 0; i < STDIO; i++) {
      LibC.posix_spawn_file_actions_adddup2(actions.address(), stdio[i], base + i);
    }
    for (int i = 0; i < STDIO; i++) {
      LibC.posix_spawn_file_actions_adddup2(actions.address(), base + i, i);
    }
    for (int fd = STDIO; fd < base + STDIO; fd++) {
      LibC.posix_spawn_file_actions_addclose(actions.address(), fd);
    }
  }
}
