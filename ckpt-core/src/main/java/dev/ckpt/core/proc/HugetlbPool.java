package dev.ckpt.core.proc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The machine's huge TLB pages of one size, as {@code /sys/kernel/mm/hugepages} tells of them.
 *
 * <p>Units: pages.
 *
 * @param free pages in the pool that nobody uses, reserved ones included
 * @param reserved free pages that mappings were promised
 * @param overcommit pages that the kernel may make beyond the pool
 * @param surplus those of them that it has made
 */
public record HugetlbPool(long free, long reserved, long overcommit, long surplus) {
  private static final Path ALL = Path.of("/sys/kernel/mm/hugepages");

  /** The pool of a page size; empty: this machine has no pages of that size. */
  public static Optional<HugetlbPool> of(long pageBytes) throws ProcFormatException, IOException {
    return of(ALL.resolve("hugepages-" + pageBytes / 1024 + "kB"));
  }

  static Optional<HugetlbPool> of(Path folder) throws ProcFormatException, IOException {
    try {
      return Optional.of(
          new HugetlbPool(
              number(folder, "free_hugepages"),
              number(folder, "resv_hugepages"),
              number(folder, "nr_overcommit_hugepages"),
              number(folder, "surplus_hugepages")));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static long number(Path folder, String name) throws ProcFormatException, IOException {
    try {
      return ProcValues.unsigned(Files.readAllBytes(folder.resolve(name)));
    } catch (ProcFormatException e) {
      throw e.inFile(folder.resolve(name).toString());
    }
  }

  /** How many more can be promised. */
  public long available() {
    return free - reserved + Math.max(0, overcommit - surplus);
  }
}
