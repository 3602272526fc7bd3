package dev.ckpt.convert.memory;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.record.Vma;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The mappings of an image in the order of their addresses. Immutable. */
public final class Mappings {
  private final List<Vma> vmas;
  private final int mm;

  private Mappings(List<Vma> vmas, int mm) {
    this.vmas = vmas;
    this.mm = mm;
  }

  /**
   * Takes them out of an image.
   *
   * @throws CorruptImageException if they do not ascend, or overlap, or there is no address space
   */
  public static Mappings of(ImageState state) throws CorruptImageException {
    List<Vma> vmas = new ArrayList<>();
    long end = 0;
    for (ImageObject object : state.objects()) {
      if (object.record() instanceof Vma vma) {
        if (Long.compareUnsigned(vma.start(), end) < 0) {
          throw new CorruptImageException(
              object.offset(),
              ObjectType.VMA.name(),
              "mappings that ascend, the next from " + Long.toHexString(end),
              Long.toHexString(vma.start()));
        }
        end = vma.end();
        vmas.add(vma);
      }
    }
    return new Mappings(List.copyOf(vmas), state.mmObjref());
  }

  /** All of them. */
  public List<Vma> all() {
    return vmas;
  }

  /** The object reference of the address space, which owns the pages of private memory. */
  public int mm() {
    return mm;
  }

  /** The number of the mapping that has an address, or of the next above it. */
  public int find(long addr) {
    int low = 0;
    int high = vmas.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(vmas.get(middle).end(), addr) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The mapping that has an address. */
  public Optional<Vma> at(long addr) {
    int number = find(addr);
    return number < vmas.size() && Long.compareUnsigned(vmas.get(number).start(), addr) <= 0
        ? Optional.of(vmas.get(number))
        : Optional.empty();
  }
}
