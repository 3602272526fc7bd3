package dev.ckpt.core.backend;

import dev.ckpt.core.kernel.Fd;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * A task that is about to run without all of its pages.
 *
 * @param pid the process
 * @param uuid of the image
 * @param userfault a userfaultfd(2) of its address space, with which all ranges are registered for
 *     missing pages, and that is told of fork, mremap, madvise and munmap; belongs to the server
 * @param image file of the image, which may be trusted; belongs to the server
 * @param path of that
 * @param trusting whether those that the image builds on may be another user's
 * @param maxRate bytes in a second at most, of pages that nobody waits for; 0 for any
 * @param ranges what is missing, in ascending order
 */
public record LazyTask(
    int pid,
    UUID uuid,
    Fd userfault,
    Fd image,
    Path path,
    boolean trusting,
    long maxRate,
    List<LazyRange> ranges) {
  /** Takes a copy of the list. */
  public LazyTask {
    ranges = List.copyOf(ranges);
  }
}
