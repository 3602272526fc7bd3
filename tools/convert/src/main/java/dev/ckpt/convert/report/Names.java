package dev.ckpt.convert.report;

import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.GhostFile;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.MemoryObject;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.util.Locale;

/** What people call things of an image. */
final class Names {
  private static final String DELETED = " (deleted)";

  private Names() {}

  /** A mapping. */
  static String of(Vma vma, ImageState state) {
    if (!vma.name().isEmpty()) {
      return Html.text(vma.name());
    }
    String name = state.find(vma.backing()).map(Names::of).orElse("");
    if (!name.isEmpty()) {
      return name;
    }
    return vma.kind() == VmaKind.ANON_SHARED ? "(shared)" : "(anonymous)";
  }

  /** A file or memory object. */
  static String of(ImageRecord record) {
    if (record instanceof FileRef file) {
      return Html.text(file.path());
    }
    if (record instanceof GhostFile ghost) {
      return Html.text(ghost.path()) + DELETED;
    }
    return record instanceof MemoryObject object ? Html.text(object.name()) : "";
  }

  /** How a mapping may be used, as maps shows it. */
  static String protection(Vma vma) {
    return ((vma.prot() & 1) != 0 ? "r" : "-")
        + ((vma.prot() & 2) != 0 ? "w" : "-")
        + ((vma.prot() & 4) != 0 ? "x" : "-")
        + (vma.isShared() ? "s" : "p");
  }

  /** A name of our own, in small letters with spaces. */
  static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
