package dev.ckpt.convert.core;

import dev.ckpt.convert.memory.MapsNames;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.GhostFile;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.util.Optional;

/**
 * A mapping with what it is of.
 *
 * @param backing the file or memory object; empty of memory without one
 */
record CoreMapping(Vma vma, Optional<ImageRecord> backing) {
  private static final int PROT_READ = 1;
  private static final int S_IXUGO = 0111;

  /** Whether the task may read it. */
  boolean isReadable() {
    return (vma.prot() & PROT_READ) != 0;
  }

  /** Whether it has pages of its own, which nobody else sees. */
  boolean isPrivate() {
    return vma.kind() == VmaKind.FILE_PRIVATE || isAnonymous();
  }

  /** Whether it is private memory without a file. */
  boolean isAnonymous() {
    return vma.kind() == VmaKind.ANON_PRIVATE || vma.kind() == VmaKind.STACK;
  }

  boolean isHugetlb() {
    return vma.has(VmFlag.HT) || vma.hugePageBytes() != 0;
  }

  /** Whether a name leads to what it is of. */
  boolean hasNamedFile() {
    return backing.filter(FileRef.class::isInstance).isPresent();
  }

  /** The file that has the pages which the image has not; empty if the image has them all. */
  Optional<FileRef> outerFile() {
    return backing
        .filter(FileRef.class::isInstance)
        .map(FileRef.class::cast)
        .filter(file -> !file.embedded());
  }

  /** Whether it is of a file that may be executed: one that has an ELF header, most likely. */
  boolean isOfExecutable() {
    if (backing.isEmpty()) {
      return false;
    }
    if (backing.get() instanceof FileRef file) {
      return (file.mode() & S_IXUGO) != 0 || !file.buildId().isEmpty();
    }
    return backing.get() instanceof GhostFile ghost && (ghost.mode() & S_IXUGO) != 0;
  }

  /** The name that /proc/PID/maps shows of its file; empty of memory without one. */
  Optional<ByteString> fileName() {
    return backing.flatMap(MapsNames::of);
  }
}
