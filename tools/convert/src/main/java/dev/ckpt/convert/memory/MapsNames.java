package dev.ckpt.convert.memory;

import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.GhostFile;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.ShmemKind;
import dev.ckpt.format.record.SysvShm;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.util.Locale;
import java.util.Optional;

/** What /proc/PID/maps calls things of an image. */
public final class MapsNames {
  /** Memory of which maps shows no name. */
  private static final ByteString ANONYMOUS = ByteString.of("(anonymous)");

  private static final String MEMFD = "memfd:";
  private static final ByteString DELETED = ByteString.of(" (deleted)");

  private MapsNames() {}

  /** A mapping: its own name, or that of what it is of. */
  public static ByteString of(Vma vma, ImageState state) {
    if (!vma.name().isEmpty()) {
      return vma.name();
    }
    return switch (vma.kind()) {
      case STACK -> ByteString.of("[stack]");
      case VDSO, VVAR, VSYSCALL -> ByteString.of("[" + lower(vma.kind()) + "]");
      default -> state.find(vma.backing()).flatMap(MapsNames::of).orElse(ANONYMOUS);
    };
  }

  private static String lower(VmaKind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  /** A file or memory object; empty of anything else. */
  public static Optional<ByteString> of(ImageRecord backing) {
    if (backing instanceof FileRef file) {
      return Optional.of(file.path());
    }
    if (backing instanceof GhostFile ghost) {
      return Optional.of(ghost.path().concat(DELETED));
    }
    if (backing instanceof Shmem shmem) {
      return Optional.of(
          shmem.kind() == ShmemKind.ANON
              ? ByteString.of("/dev/zero (deleted)")
              : ByteString.of("/" + MEMFD).concat(shmem.name()).concat(DELETED));
    }
    return backing instanceof SysvShm segment
        ? Optional.of(ByteString.of(String.format("/SYSV%08x (deleted)", segment.key())))
        : Optional.empty();
  }

  /**
   * Whether somebody means a name: all of it, without what the kernel puts around, before or behind
   * it, or the last part of a path alone.
   */
  static boolean means(String said, ByteString name) {
    String whole = name.utf8();
    String plain = whole.endsWith(DELETED.utf8()) ? whole.replace(DELETED.utf8(), "") : whole;
    String file = plain.substring(plain.lastIndexOf('/') + 1);
    boolean bracketed = plain.matches("\\[.*\\]|\\(.*\\)");
    return said.equals(whole)
        || said.equals(plain)
        || said.equals(file)
        || file.equals(MEMFD + said)
        || bracketed && said.equals(plain.substring(1, plain.length() - 1));
  }
}
