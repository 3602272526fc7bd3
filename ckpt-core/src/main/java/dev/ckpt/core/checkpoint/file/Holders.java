package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.kernel.FdLinks;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.CkptException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds processes besides the target that hold one of its pipes, sockets or other files without a
 * name. Only a look at every process's descriptors tells; the kernel keeps no list. It takes
 * milliseconds, while the target stands: so one look serves all who ask, and none is taken if
 * nobody does.
 */
final class Holders {
  private final int target;
  private final Set<Integer> borrowed;
  private Optional<Map<String, List<Holder>>> seen = Optional.empty();

  /** One descriptor of another process. */
  record Holder(int pid, int fd) {}

  /**
   * For one survey.
   *
   * @param borrowed descriptors of ours that do not count
   */
  Holders(int target, Set<Integer> borrowed) {
    this.target = target;
    this.borrowed = Set.copyOf(borrowed);
  }

  /**
   * All that others have for a file.
   *
   * @param link as /proc/PID/fd has it, {@code pipe:[77]}
   */
  List<Holder> of(String link) {
    if (seen.isEmpty()) {
      seen = Optional.of(look());
    }
    return seen.get().getOrDefault(link, List.of());
  }

  private Map<String, List<Holder>> look() {
    Map<String, List<Holder>> found = new HashMap<>();
    FdLinks links = new FdLinks();
    for (int pid : ProcFs.pids()) {
      if (pid != target) {
        for (int fd : numbers(pid, borrowed)) {
          // NB: who holds a named file is asked in another way.
          String link = links.nameless(pid, fd);
          if (!link.isEmpty()) {
            found.computeIfAbsent(link, another -> new ArrayList<>()).add(new Holder(pid, fd));
          }
        }
      }
    }
    return found;
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
    for (int fd : numbers(pid, borrowed)) {
      try {
        links.put(fd, proc.fdLink(fd).toString());
      } catch (CkptException e) {
        // Closed, or the process ended.
        continue;
      }
    }
    return links;
  }

  private static List<Integer> numbers(int pid, Set<Integer> borrowed) {
    List<Integer> fds;
    try {
      fds = ProcFs.of(pid).fds();
    } catch (CkptException e) {
      return List.of();
    }
    return pid == Tasks.self() ? fds.stream().filter(fd -> !borrowed.contains(fd)).toList() : fds;
  }
}
