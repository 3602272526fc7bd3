package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.Code;
import dev.ckpt.format.ByteString;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Refuses files without a name that another process has too. What that process does to them would
 * be lost on the restored task, and none but its descriptors leads there.
 */
final class Sharers {
  private static final String NAMELESS = "anon_inode:";

  private final Files files;
  private final Set<String> links;

  private Sharers(Files files, List<OpenFile> mine) {
    this.files = files;
    this.links = mine.stream().map(file -> file.link().toString()).collect(Collectors.toSet());
  }

  /** Looks at every process, where there is a file to look for. */
  static void refuse(Files files) {
    List<OpenFile> mine =
        files.all().stream().filter(file -> file.link().toString().startsWith(NAMELESS)).toList();
    if (mine.isEmpty()) {
      return;
    }
    Sharers sharers = new Sharers(files, mine);
    for (int pid : ProcFs.pids()) {
      if (pid != files.target().pid()) {
        sharers.look(pid);
      }
    }
  }

  private void look(int pid) {
    Holders.descriptors(pid, files.flight().borrowed())
        .forEach(
            (fd, link) -> {
              if (links.contains(link)) {
                compare(pid, fd, link);
              }
            });
  }

  private void compare(int pid, int fd, String link) {
    Optional<OpenFile> shared;
    try {
      shared = files.same(ByteString.of(link), pid, fd);
    } catch (SyscallException e) {
      // Closed meanwhile, or the process ended or is not ours to compare.
      return;
    }
    shared.ifPresent(
        file ->
            files
                .target()
                .refusals()
                .add(
                    Code.FD_SHARED,
                    file.name() + " is shared with process " + pid,
                    "end the other process"));
  }
}
