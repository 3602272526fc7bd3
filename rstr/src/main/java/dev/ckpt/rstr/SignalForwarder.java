package dev.ckpt.rstr;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Passes signals that are sent to us on to the task that we wait for.
 *
 * <p>NB: the JDK's only interface to signals is {@code sun.misc.Signal}; it is reached by
 * reflection because the compiler warns of every direct use and warnings are errors here. SIGKILL,
 * SIGSTOP and the signals that the JVM keeps for itself cannot be passed on.
 */
final class SignalForwarder implements AutoCloseable {
  private static final String[] NAMES = {"HUP", "INT", "TERM", "USR1", "WINCH", "CONT"};
  private static final int[] NUMBERS = {
    Signals.SIGHUP,
    Signals.SIGINT,
    Signals.SIGTERM,
    Signals.SIGUSR1,
    Signals.SIGWINCH,
    Signals.SIGCONT
  };

  private final Map<Object, Object> oldHandlers = new LinkedHashMap<>();
  private final Method handle;

  private SignalForwarder(Method handle) {
    this.handle = handle;
  }

  /** Passes them on from now until it is closed. */
  static SignalForwarder to(int pid) throws CkptException {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      SignalForwarder forwarder = new SignalForwarder(signal.getMethod("handle", signal, handler));
      for (int i = 0; i < NAMES.length; i++) {
        int number = NUMBERS[i];
        Object proxy =
            Proxy.newProxyInstance(
                SignalForwarder.class.getClassLoader(),
                new Class<?>[] {handler},
                passOn(pid, number));
        forwarder.install(signal.getConstructor(String.class).newInstance(NAMES[i]), proxy);
      }
      return forwarder;
    } catch (ReflectiveOperationException e) {
      throw new CkptException(FailureCode.NO_SIGNALS, "this JVM has no sun.misc.Signal", e);
    }
  }

  private static InvocationHandler passOn(int pid, int number) {
    return (proxy, method, arguments) -> {
      switch (method.getName()) {
        case "handle":
          send(pid, number);
          return null;
        case "equals":
          return proxy == arguments[0];
        case "hashCode":
          return System.identityHashCode(proxy);
        default:
          return "forward signal " + number + " to " + pid;
      }
    };
  }

  private static void send(int pid, int number) throws SyscallException {
    try {
      Signals.kill(pid, number);
    } catch (SyscallException e) {
      // It has just ended: there is nobody to tell, and we are about to end too.
      if (e.errno() != Errno.ESRCH) {
        throw e;
      }
    }
  }

  private void install(Object signal, Object proxy) throws ReflectiveOperationException {
    try {
      oldHandlers.put(signal, handle.invoke(null, signal, proxy));
    } catch (java.lang.reflect.InvocationTargetException e) {
      // The JVM was told to leave this one alone (-Xrs) or keeps it for itself.
      if (!(e.getCause() instanceof IllegalArgumentException)) {
        throw e;
      }
    }
  }

  @Override
  public void close() throws CkptException {
    for (Map.Entry<Object, Object> entry : oldHandlers.entrySet()) {
      try {
        handle.invoke(null, entry.getKey(), entry.getValue());
      } catch (ReflectiveOperationException e) {
        throw new CkptException(
            FailureCode.NO_SIGNALS, "a signal handler could not be put back", e);
      }
    }
    oldHandlers.clear();
  }
}
