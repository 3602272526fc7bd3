package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import java.util.Optional;

/**
 * Refuses files without a name that another process has too. What that process does to them would
 * be lost on the restored task, and none but its descriptors leads there.
 */
final class Sharers {
  private static final String NAMELESS = "anon_inode:";

  private Sharers() {}

  /** Looks at every process, where there is a file to look for. */
  static void refuse(Files files) {
    files.all().stream()
        .map(file -> file.link().toString())
        .filter(link -> link.startsWith(NAMELESS))
        .distinct()
        .forEach(link -> files.holders().of(link).forEach(holder -> compare(files, holder, link)));
  }

  /** NB: files that are not the same one have the same link here. */
  private static void compare(Files files, Holders.Holder holder, String link) {
    Optional<OpenFile> shared;
    try {
      shared = files.same(ByteString.of(link), holder.pid(), holder.fd());
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
                    RefusalCode.FD_SHARED,
                    file.name() + " is shared with process " + holder.pid(),
                    "end the other process"));
  }
}
