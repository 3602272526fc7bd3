package dev.ckpt.rstr;

import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.tracee.RemoteMap;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.record.Vma;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Finds addresses that the task to be restored does not use, for what we need while it is rebuilt:
 * our code and area, and temporary views of memory objects.
 */
final class Layout {
  /** First address after user space with four-level page tables. */
  static final long TASK_SIZE = 0x7ffffffff000L;

  /** Where the search begins: above the places of programs and of our stub. */
  private static final long FLOOR = 0x10000000000L;

  /** Kept free between ours and theirs, for stacks that grow and for the kernel's guard gap. */
  private static final long MARGIN = 16L << 20;

  private final List<RemoteMap> taken = new ArrayList<>();

  Layout(List<Vma> vmas) {
    for (Vma vma : vmas) {
      if (vma.start() >= 0) {
        taken.add(new RemoteMap(vma.start(), vma.lenBytes()));
      }
    }
  }

  /** A free range, taken from now on. */
  RemoteMap take(long lenBytes) throws UnsupportedStateException {
    return take(lenBytes, PageRange.PAGE_SIZE);
  }

  /** A free range of whole pages of that size, which is a power of two. */
  RemoteMap take(long lenBytes, long pageBytes) throws UnsupportedStateException {
    return take(lenBytes, pageBytes, FLOOR);
  }

  /** A free range that stays, above an address if there is one: where the task expects it least. */
  RemoteMap takeAbove(long floor, long lenBytes) throws UnsupportedStateException {
    try {
      return take(lenBytes, PageRange.PAGE_SIZE, floor);
    } catch (UnsupportedStateException e) {
      return take(lenBytes);
    }
  }

  private RemoteMap take(long lenBytes, long pageBytes, long floor)
      throws UnsupportedStateException {
    long rounded = (lenBytes + pageBytes - 1) & -pageBytes;
    taken.sort(Comparator.comparingLong(RemoteMap::address));
    long at = floor;
    for (RemoteMap map : taken) {
      if (at + rounded + MARGIN <= map.address()) {
        break;
      }
      if (map.end() + MARGIN > at) {
        at = map.end() + MARGIN + pageBytes - 1 & -pageBytes;
      }
    }
    if (lenBytes > TASK_SIZE || at + rounded > TASK_SIZE) {
      throw new UnsupportedStateException(
          List.of(
              new Refusal(
                  RefusalCode.ADDRESS_SPACE_FULL,
                  "no " + rounded + " free bytes of address space",
                  "the task leaves no room to rebuild it")));
    }
    RemoteMap free = new RemoteMap(at, rounded);
    taken.add(free);
    return free;
  }
}
