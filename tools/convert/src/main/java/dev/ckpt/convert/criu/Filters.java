package dev.ckpt.convert.criu;

import dev.ckpt.criu.proto.Criu;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.record.Seccomp;
import dev.ckpt.format.record.SeccompFilter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The seccomp filters of threads.
 *
 * <p>An image has a tree: each filter knows the one that was installed before it, and a thread its
 * newest. CRIU has them the other way round: a thread knows its oldest, and {@code prev} of a
 * filter is the one that was installed after it. So it has those that threads share once for each.
 *
 * <p>Source: criu/seccomp.c.
 */
final class Filters {
  private final Criu.SeccompFilters.Builder all = Criu.SeccompFilters.newBuilder();
  private final Map<Integer, Integer> oldest = new LinkedHashMap<>();

  private Filters() {}

  /** Those of an image. */
  static Filters of(ImageState state) throws CorruptImageException {
    Filters filters = new Filters();
    for (Seccomp seccomp : state.all(Seccomp.class)) {
      int objref = seccomp.filter();
      while (objref != 0) {
        SeccompFilter filter = state.get(objref, SeccompFilter.class);
        Criu.SeccompFilter.Builder to =
            Criu.SeccompFilter.newBuilder()
                .setFilter(Protos.bytes(filter.instructions()))
                .setFlags(filter.flags());
        if (objref != seccomp.filter()) {
          to.setPrev(filters.all.getFiltersCount() - 1);
        }
        filters.all.addFilters(to);
        objref = filter.prev();
      }
      filters.oldest.put(seccomp.tid(), filters.all.getFiltersCount() - 1);
    }
    return filters;
  }

  /** Whether threads share some. */
  boolean areShared(ImageState state) {
    return all.getFiltersCount() > state.all(SeccompFilter.class).size();
  }

  /** Whether there are none. */
  boolean isEmpty() {
    return oldest.isEmpty();
  }

  Criu.SeccompFilters toCriu() {
    return all.build();
  }

  /** Says of a thread which filters it has, if any. */
  void put(int tid, Criu.ThreadCore.Builder core) {
    if (oldest.containsKey(tid)) {
      core.setSeccompMode(CoreFiles.SECCOMP_MODE_FILTER).setSeccompFilter(oldest.get(tid));
    }
  }

  /**
   * Writes the filters of a thread, and those of others that are the same only once.
   *
   * @param first number of its oldest filter
   * @param written the references of those that were written
   * @return of its newest
   */
  static int write(
      int first,
      List<Criu.SeccompFilter> filters,
      Map<SeccompFilter, Integer> written,
      ImageWriter image)
      throws IOException {
    List<Criu.SeccompFilter> chain = new ArrayList<>();
    int next = first;
    while (next != -1) {
      if (next < 0 || next >= filters.size() || chain.size() == filters.size()) {
        throw new IllegalArgumentException("seccomp filters that lead nowhere: " + next);
      }
      chain.add(filters.get(next));
      next = filters.get(next).hasPrev() ? filters.get(next).getPrev() : -1;
    }
    int newest = 0;
    for (Criu.SeccompFilter each : chain) {
      SeccompFilter filter =
          new SeccompFilter(newest, each.getFlags(), Protos.bytes(each.getFilter()));
      Integer objref = written.get(filter);
      if (objref == null) {
        objref = image.writeShared(filter);
        written.put(filter, objref);
      }
      newest = objref;
    }
    return newest;
  }
}
