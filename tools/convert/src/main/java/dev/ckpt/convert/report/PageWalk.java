package dev.ckpt.convert.report;

import dev.ckpt.convert.memory.Mappings;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.Limits;
import dev.ckpt.format.PageStream;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.MemoryObject;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.ParentPages;
import dev.ckpt.format.record.Statistics;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Goes through the pages of an image, and says of which mapping they are and of what kind. */
final class PageWalk {
  /** How many mappings of one memory object are looked at; an image may have millions. */
  private static final int MAX_MAPPINGS = 64;

  /** Told of pages that follow one another. */
  @FunctionalInterface
  interface Visitor {
    /** Takes pages of the mapping with this number. */
    void pages(int vma, long from, long to, Kind kind);
  }

  private final ImageState state;
  private final Mappings mappings;
  private final boolean hasParent;
  private final Map<Integer, List<Integer>> mappingsOf = new HashMap<>();

  /**
   * Begins one.
   *
   * @throws CorruptImageException if the mappings do not ascend, or overlap
   */
  PageWalk(ImageState state) throws CorruptImageException {
    this.state = state;
    hasParent = !state.header().parentUuid().equals(Header.NO_PARENT);
    mappings = Mappings.of(state);
    for (int i = 0; i < vmas().size(); i++) {
      addMapping(vmas().get(i), i);
    }
  }

  private void addMapping(Vma vma, int number) {
    if (state.find(vma.backing()).filter(MemoryObject.class::isInstance).isPresent()) {
      List<Integer> numbers = mappingsOf.computeIfAbsent(vma.backing(), o -> new ArrayList<>());
      if (numbers.size() < MAX_MAPPINGS) {
        numbers.add(number);
      }
    }
  }

  /** The mappings in ascending order. */
  List<Vma> vmas() {
    return mappings.all();
  }

  /** The mapping that has an address. */
  Optional<Vma> at(long addr) {
    return mappings.at(addr);
  }

  /**
   * Goes through all of them.
   *
   * @param stream from the first page array on; read up to its end
   * @return what the dump cost, if the image says so
   */
  Optional<Statistics> walk(PageStream stream, Visitor visitor) throws IOException {
    for (ParentPages pages : state.all(ParentPages.class)) {
      for (ParentPages.ParentRun run : pages.runs()) {
        visit(pages.owner(), run.addr(), run.end(), Optional.empty(), visitor);
      }
    }
    Optional<Statistics> statistics = Optional.empty();
    for (Optional<ImageObject> next = stream.next(); next.isPresent(); next = stream.next()) {
      if (next.get().record() instanceof PageArray array) {
        for (PageRun run : array.runs()) {
          visit(array.owner(), run.addr(), run.end(), Optional.of(run.kind()), visitor);
        }
      } else if (next.get().record() instanceof Statistics found) {
        statistics = Optional.of(found);
      }
    }
    return statistics;
  }

  private void visit(int owner, long from, long to, Optional<PageKind> kind, Visitor visitor) {
    if (owner == mappings.mm()) {
      for (int i = mappings.find(from); i < vmas().size() && vmas().get(i).start() < to; i++) {
        Vma vma = vmas().get(i);
        if (vma.end() < 0) {
          // It reaches beyond user space, where no page is of.
          break;
        }
        visitor.pages(
            i,
            Math.max(from, vma.start()),
            Math.min(to, vma.end()),
            kind(kind, vma.kind() == VmaKind.FILE_PRIVATE || hasParent ? Kind.DIRTY : Kind.DATA));
      }
      return;
    }
    for (int i : mappingsOf.getOrDefault(owner, List.of())) {
      Vma vma = vmas().get(i);
      if (vma.pgoffBytes() < 0 || vma.pgoffBytes() >= Limits.USER_SPACE_END) {
        continue;
      }
      long shift = vma.start() - vma.pgoffBytes();
      long begin = Math.max(from + shift, vma.start());
      long end = Math.min(to + shift, vma.end());
      if (begin < end) {
        visitor.pages(i, begin, end, kind(kind, Kind.SHARED));
      }
    }
  }

  private static Kind kind(Optional<PageKind> kind, Kind data) {
    if (kind.isEmpty()) {
      return Kind.PARENT;
    }
    return kind.get() == PageKind.ZERO ? Kind.ZERO : data;
  }
}
