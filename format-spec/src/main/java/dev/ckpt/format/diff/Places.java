package dev.ckpt.format.diff;

import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.GhostFile;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.MemoryObject;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.util.Map;
import java.util.TreeMap;

/** The mappings of one image by address. */
final class Places {
  private final ImageState state;
  private final TreeMap<Long, Vma> byStart = new TreeMap<>(Long::compareUnsigned);

  Places(ImageState state) {
    this.state = state;
    state.vmas().forEach(vma -> byStart.put(vma.start(), vma));
  }

  /** The mapping that has this address, or null. */
  Vma at(long addr) {
    Map.Entry<Long, Vma> before = byStart.floorEntry(addr);
    boolean in = before != null && Long.compareUnsigned(addr, before.getValue().end()) < 0;
    return in ? before.getValue() : null;
  }

  /** Where the mapping at an address ends or, if there is none, the next begins; at the latest. */
  long border(long addr, long latest) {
    Vma vma = at(addr);
    Long next = byStart.higherKey(addr);
    long end = vma != null && Long.compareUnsigned(vma.end(), latest) < 0 ? vma.end() : latest;
    return next != null && Long.compareUnsigned(next, end) < 0 ? next : end;
  }

  /** Whether a page of a mapping that is not in the image reads as zeros. */
  static boolean readsZeros(Vma vma) {
    return vma != null && (vma.kind() == VmaKind.ANON_PRIVATE || vma.kind() == VmaKind.STACK);
  }

  /** What a mapping is of, as people know it; empty if it is just memory. */
  String name(Vma vma) {
    return vma.name().isEmpty()
        ? state.find(vma.backing()).map(Places::name).orElse("")
        : FieldText.text(vma.name());
  }

  /** What people call something that has pages. */
  static String name(ImageRecord record) {
    if (record instanceof FileRef file) {
      return FieldText.text(file.path());
    }
    if (record instanceof GhostFile ghost) {
      return FieldText.text(ghost.path()) + " (deleted)";
    }
    return record instanceof MemoryObject object ? FieldText.text(object.name()) : "";
  }
}
