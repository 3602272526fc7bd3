package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.CkptException;
import java.io.File;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Finds processes besides the target that hold one of its pipes or sockets. Only a look at every
 * process's descriptors tells; the kernel keeps no list.
 */
final class Holders {
  private Holders() {}

  /**
   * Looks at every process.
   *
   * @param links as /proc/PID/fd has them, {@code pipe:[77]}
   * @return for each that somebody else holds, one such process
   */
  static Map<String, Integer> others(int target, Set<String> links) {
    Map<String, Integer> holders = new HashMap<>();
    String[] names = new File("/proc").list((dir, name) -> Character.isDigit(name.charAt(0)));
    for (String name : names == null ? new String[0] : names) {
      int pid = Integer.parseInt(name);
      if (pid != target) {
        Set<String> held = new HashSet<>(heldBy(pid));
        held.retainAll(links);
        held.forEach(link -> holders.put(link, pid));
      }
    }
    return holders;
  }

  private static Set<String> heldBy(int pid) {
    Set<String> held = new HashSet<>();
    try {
      ProcFs proc = ProcFs.of(pid);
      for (int fd : proc.fds()) {
        held.add(proc.fdLink(fd).toString());
      }
    } catch (CkptException e) {
      // It ended while we looked, or is not ours to look at: one shared with such a process
      // would be another user's, whom the target could not have got it from but by passing it on.
      return held;
    }
    return held;
  }
}
