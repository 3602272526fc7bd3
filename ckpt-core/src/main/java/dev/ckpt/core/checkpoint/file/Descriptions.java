package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.format.ByteString;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Open file descriptions, in which one is found by any descriptor for it.
 *
 * <p>Ten thousand of them may look alike in /proc. The kernel has an order of them, kcmp(2): so
 * those that look alike are kept in it, and a search takes a dozen questions and not thousands.
 */
final class Descriptions {
  /** What kcmp(2) returns when the first one stands before the second one. */
  private static final int LESS = 1;

  private final List<OpenFile> all = new ArrayList<>();
  private final Map<ByteString, List<Integer>> ordered = new HashMap<>();
  private final Map<Integer, Integer> byNumber = new HashMap<>();

  /** All of them, as they were added. */
  List<OpenFile> all() {
    return Collections.unmodifiableList(all);
  }

  /**
   * The one that a descriptor of any process refers to, if it is among them.
   *
   * @param link what /proc says that the descriptor is
   */
  Optional<OpenFile> find(ByteString link, int pid, int fd) throws SyscallException {
    List<Integer> alike = ordered.getOrDefault(link, List.of());
    int at = search(alike, pid, fd);
    return at < 0 ? Optional.empty() : Optional.of(all.get(alike.get(at)));
  }

  /** The one that the target has this descriptor for. */
  Optional<OpenFile> find(int fd) {
    return Optional.ofNullable(byNumber.get(fd)).map(all::get);
  }

  /** Adds one, unless it is among them: a task that runs may have changed between two looks. */
  void add(OpenFile file) throws SyscallException {
    List<Integer> alike = ordered.computeIfAbsent(file.link(), link -> new ArrayList<>());
    int at = search(alike, file.holder(), file.fd());
    if (at >= 0) {
      return;
    }
    alike.add(-at - 1, all.size());
    number(file, all.size());
    all.add(file);
  }

  /** Says that the target has one more descriptor for one of them. */
  void addDescriptor(OpenFile file, int fd) {
    int position = byNumber.get(file.fd());
    OpenFile more = all.get(position).with(fd);
    all.set(position, more);
    number(more, position);
  }

  private void number(OpenFile file, int position) {
    if (!file.inFlight()) {
      file.fds().forEach(fd -> byNumber.put(fd, position));
    }
  }

  /** Where it stands, or -1 and less the place where it would stand: as Collections has it. */
  private int search(List<Integer> alike, int pid, int fd) throws SyscallException {
    int low = 0;
    int high = alike.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      OpenFile file = all.get(alike.get(middle));
      int order = Tasks.kcmp(file.holder(), pid, Tasks.KcmpType.FILE, file.fd(), fd);
      if (order == 0) {
        return middle;
      }
      if (order == LESS) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -low - 1;
  }
}
