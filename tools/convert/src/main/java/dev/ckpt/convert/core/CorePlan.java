package dev.ckpt.convert.core;

import dev.ckpt.convert.memory.Mappings;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.Vma;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which segments a core file has, decided before anything of it is written. */
final class CorePlan {
  /** Into how many segments a mapping goes whose file is gone, before the rest is left out. */
  private static final int MAX_PARTS = 4096;

  private final CoreMemory memory;
  private final CoreFilter filter;
  private final ByteBuffer page = ByteBuffer.allocateDirect(Limits.PAGE_SIZE);
  private final List<CoreMapping> mappings;
  private final List<CoreSegment> segments = new ArrayList<>();
  private final Set<FileRef> missing = new LinkedHashSet<>();

  private CorePlan(ImageState state, CoreMemory memory, CoreFilter filter)
      throws CorruptImageException {
    this.memory = memory;
    this.filter = filter;
    mappings = mappings(state);
  }

  /** Makes one; looks for the first page of many a mapping, and reads no more of its pages. */
  static CorePlan of(ImageState state, CoreMemory memory, CoreFilter filter) throws IOException {
    CorePlan plan = new CorePlan(state, memory, filter);
    for (CoreMapping mapping : plan.mappings) {
      plan.add(mapping);
    }
    return plan;
  }

  /**
   * The mappings of an image.
   *
   * @throws CorruptImageException if they do not ascend, or overlap
   */
  static List<CoreMapping> mappings(ImageState state) throws CorruptImageException {
    List<CoreMapping> mappings = new ArrayList<>();
    for (Vma vma : Mappings.of(state).all()) {
      mappings.add(new CoreMapping(vma, state.find(vma.backing())));
    }
    return mappings;
  }

  List<CoreMapping> mappings() {
    return mappings;
  }

  /** In the order of their addresses. */
  List<CoreSegment> segments() {
    return segments;
  }

  /** Files of which pages are left out, for they are not there any more. */
  Set<FileRef> missing() {
    return missing;
  }

  private void add(CoreMapping mapping) throws IOException {
    Vma vma = mapping.vma();
    boolean hasPages =
        mapping.isPrivate() && memory.nextOwn(vma.start(), vma.end(), page) < vma.end();
    CoreFilter.Extent extent = filter.of(mapping, hasPages);
    long wanted =
        switch (extent) {
          case NOTHING -> 0;
          case FIRST_PAGE -> Limits.PAGE_SIZE;
          case WHOLE -> vma.lenBytes();
        };
    boolean there = wanted == 0 || isThere(mapping);
    if (!there) {
      mapping.outerFile().ifPresent(missing::add);
    }
    if (there || extent != CoreFilter.Extent.WHOLE) {
      segments.add(new CoreSegment(mapping, vma.start(), vma.lenBytes(), there ? wanted : 0));
    } else {
      addParts(mapping);
    }
  }

  private boolean isThere(CoreMapping mapping) throws IOException {
    Vma vma = mapping.vma();
    return mapping.outerFile().isPresent()
        ? memory.files().has(mapping.outerFile().get())
        : memory.read(mapping, vma.start(), vma.end(), page).kind() != CoreMemory.Kind.MISSING;
  }

  /**
   * Of a mapping whose file is gone: the pages of its own. NB: there is no segment between them,
   * for what has no bytes in a core file gdb shows as zeros.
   */
  private void addParts(CoreMapping mapping) throws IOException {
    Vma vma = mapping.vma();
    long from = mapping.isPrivate() ? memory.nextOwn(vma.start(), vma.end(), page) : vma.end();
    for (int i = 0; from < vma.end() && i < MAX_PARTS; i++) {
      long end = memory.endOfOwn(from, vma.end(), page);
      segments.add(new CoreSegment(mapping, from, end - from, end - from));
      from = memory.nextOwn(end, vma.end(), page);
    }
  }
}
