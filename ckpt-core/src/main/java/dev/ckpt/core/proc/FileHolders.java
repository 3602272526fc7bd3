package dev.ckpt.core.proc;

import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.error.CkptException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Finds out who has a file open. Only a look at every process's descriptors tells; the kernel keeps
 * no list. Processes that we may not look at are not seen.
 */
public final class FileHolders {
  private FileHolders() {}

  /**
   * A process that has the file open.
   *
   * @param file that it is about, by any path
   * @param except a process that may have it open, 0 for none
   */
  public static OptionalInt of(Path file, int except) throws IOException {
    return of(file, except, Set.of());
  }

  /**
   * The same, where some descriptors of ours do not count.
   *
   * @param borrowed their numbers
   */
  public static OptionalInt of(Path file, int except, Set<Integer> borrowed) throws IOException {
    Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    for (int pid : ProcFs.pids()) {
      if (pid != except && hasOpen(pid, key, borrowed)) {
        return OptionalInt.of(pid);
      }
    }
    return OptionalInt.empty();
  }

  private static boolean hasOpen(int pid, Object key, Set<Integer> borrowed) {
    try {
      ProcFs proc = ProcFs.of(pid);
      for (int fd : proc.fds()) {
        // Sockets, pipes and the like have no name that begins so.
        boolean counts = pid != Tasks.self() || !borrowed.contains(fd);
        if (counts && proc.fdLink(fd).toString().startsWith("/") && isFile(pid, fd, key)) {
          return true;
        }
      }
    } catch (CkptException e) {
      // It ended while we looked, or is not ours to look at.
      return false;
    }
    return false;
  }

  private static boolean isFile(int pid, int fd, Object key) {
    Path path = Path.of("/proc/" + pid + "/fd/" + fd);
    try {
      return key.equals(Files.readAttributes(path, BasicFileAttributes.class).fileKey());
    } catch (IOException e) {
      // Closed while we looked.
      return false;
    }
  }
}
