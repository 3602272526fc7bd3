package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.CkptException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

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
   * @param borrowed descriptors of ours that do not count
   * @return for each that somebody else holds, one such process
   */
  static Map<String, Integer> others(int target, Set<String> links, Set<Integer> borrowed) {
    Map<String, Integer> holders = new HashMap<>();
    for (int pid : ProcFs.pids()) {
      if (pid != target) {
        Set<String> held = new HashSet<>(heldBy(pid, borrowed));
        held.retainAll(links);
        held.forEach(link -> holders.put(link, pid));
      }
    }
    return holders;
  }

  private static Set<String> heldBy(int pid, Set<Integer> borrowed) {
    Set<String> held = new HashSet<>();
    descriptors(pid, borrowed).forEach((fd, link) -> held.add(link));
    return held;
  }

  /**
   * What the descriptors of a process lead to. One that it closes meanwhile is left out, but hides
   * none of the others. So is a process that ended or is not ours to look at: a file shared with
   * such a one would be another user's, whom the target could not have got it from but by passing
   * it on.
   *
   * @param borrowed descriptors of ours that do not count
   */
  static Map<Integer, String> descriptors(int pid, Set<Integer> borrowed) {
    Map<Integer, String> links = new TreeMap<>();
    ProcFs proc = ProcFs.of(pid);
    List<Integer> fds;
    try {
      fds = proc.fds();
    } catch (CkptException e) {
      return links;
    }
    if (pid == Tasks.self()) {
      fds = fds.stream().filter(fd -> !borrowed.contains(fd)).toList();
    }
    for (int fd : fds) {
      try {
        links.put(fd, proc.fdLink(fd).toString());
      } catch (CkptException e) {
        // Closed, or the process ended.
        continue;
      }
    }
    return links;
  }
}
