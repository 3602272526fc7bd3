package dev.ckpt.backend.userfaultfd;

import dev.ckpt.core.backend.LazyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which memory of one address space may still miss pages, and where those are in the image. All
 * else that the kernel tells of is zero.
 *
 * <p>Threading: any thread.
 */
final class Missing {
  /** By their start; they do not overlap. */
  private final TreeMap<Long, LazyRange> ranges = new TreeMap<>();

  private long lenBytes;

  Missing(List<LazyRange> all) {
    all.forEach(this::add);
  }

  private void add(LazyRange range) {
    ranges.put(range.start(), range);
    lenBytes += range.lenBytes();
  }

  /** The range that an address is in. */
  synchronized Optional<LazyRange> find(long address) {
    return Optional.ofNullable(ranges.floorEntry(address))
        .map(Map.Entry::getValue)
        .filter(range -> address < range.end());
  }

  /** The first range that does not end before an address. */
  synchronized Optional<LazyRange> next(long address) {
    Optional<LazyRange> in = find(address);
    return in.isPresent()
        ? in
        : Optional.ofNullable(ranges.ceilingEntry(address)).map(Map.Entry::getValue);
  }

  /** What of a range is still missing, and in the same place of the image. */
  synchronized List<LazyRange> within(LazyRange range) {
    List<LazyRange> parts = new ArrayList<>();
    for (Optional<LazyRange> next = next(range.start());
        next.isPresent() && next.get().start() < range.end();
        next = next(next.get().end())) {
      LazyRange part =
          next.get()
              .part(
                  Math.max(range.start(), next.get().start()),
                  Math.min(range.end(), next.get().end()));
      if (part.equals(range.part(part.start(), part.end()))) {
        parts.add(part);
      }
    }
    return parts;
  }

  /** Takes out what is there now, or what is zero from now on; returns what of it was missing. */
  synchronized List<LazyRange> remove(long start, long end) {
    List<LazyRange> removed = new ArrayList<>();
    for (Optional<LazyRange> next = next(start);
        next.isPresent() && next.get().start() < end;
        next = next(start)) {
      LazyRange range = next.get();
      ranges.remove(range.start());
      lenBytes -= range.lenBytes();
      if (range.start() < start) {
        add(range.part(range.start(), start));
      }
      if (range.end() > end) {
        add(range.part(end, range.end()));
      }
      removed.add(range.part(Math.max(start, range.start()), Math.min(end, range.end())));
    }
    return removed;
  }

  /** Follows memory that was moved. */
  synchronized void move(long from, long to, long movedBytes) {
    List<LazyRange> moved = remove(from, from + movedBytes);
    remove(to, to + movedBytes);
    for (LazyRange range : moved) {
      add(
          new LazyRange(
              range.start() - from + to, range.end() - from + to, range.owner(), range.addr()));
    }
  }

  /** Everything, in ascending order. */
  synchronized List<LazyRange> all() {
    return List.copyOf(ranges.values());
  }

  /** How much it is, in bytes. */
  synchronized long lenBytes() {
    return lenBytes;
  }
}
