package dev.ckpt.convert.report;

import dev.ckpt.format.Limits;
import dev.ckpt.format.record.Vma;
import java.util.ArrayList;
import java.util.List;

/**
 * The address space as cells in the order of addresses: each mapping has one, and more in
 * proportion to its pages in the image. The cells of a mapping are equal parts of its addresses. So
 * gaps and reserves, which may be a million times as large as all memory, take no room.
 */
final class AddressMap implements PageWalk.Visitor {
  /** How many cells there are about, beside one for each mapping. */
  private static final int USUAL_CELLS = 6000;

  /** From so many mappings on, neighbours share a cell. */
  private static final int MAX_MAPPINGS = 12_000;

  /** A gap that begins a new band. */
  private static final long BAND_GAP = 1L << 30;

  private static final int MAX_BANDS = 12;
  private static final int NR_KINDS = Kind.values().length;

  /**
   * Mappings near each other.
   *
   * @param from number of the first one
   * @param to number of the one behind the last
   */
  record Band(int from, int to) {}

  private final List<Vma> vmas;
  private final int[] firstCell;
  private final int[] nrCells;
  private final long[] pages;
  private final List<Band> bands = new ArrayList<>();
  private final int mappingsPerCell;
  private final long pagesPerCell;

  AddressMap(List<Vma> vmas, PageCounts counts) {
    this.vmas = vmas;
    firstCell = new int[vmas.size()];
    nrCells = new int[vmas.size()];
    mappingsPerCell = (vmas.size() + MAX_MAPPINGS - 1) / MAX_MAPPINGS;
    long present = 0;
    for (int i = 0; i < vmas.size(); i++) {
      present += counts.present(i);
    }
    pagesPerCell = Math.max(1, present / USUAL_CELLS);
    findBands();
    int next = 0;
    for (Band band : bands) {
      for (int i = band.from(); i < band.to(); i++) {
        int more = (int) (counts.present(i) / pagesPerCell);
        boolean shares = more == 0 && i > band.from() && (i - band.from()) % mappingsPerCell != 0;
        firstCell[i] = shares ? next - 1 : next;
        nrCells[i] = 1 + more;
        next = firstCell[i] + nrCells[i];
      }
    }
    pages = new long[next * NR_KINDS];
  }

  private void findBands() {
    int from = 0;
    for (int i = 1; i <= vmas.size(); i++) {
      boolean end = i == vmas.size();
      boolean gap =
          !end && Long.compareUnsigned(vmas.get(i).start() - vmas.get(i - 1).end(), BAND_GAP) >= 0;
      if (end || gap && bands.size() < MAX_BANDS - 1) {
        bands.add(new Band(from, i));
        from = i;
      }
    }
  }

  @Override
  public void pages(int vma, long from, long to, Kind kind) {
    Vma mapping = vmas.get(vma);
    long cellPages = (mapping.lenBytes() / Limits.PAGE_SIZE + nrCells[vma] - 1) / nrCells[vma];
    long page = (from - mapping.start()) / Limits.PAGE_SIZE;
    long end = (to - mapping.start()) / Limits.PAGE_SIZE;
    while (page < end) {
      long cell = page / cellPages;
      long until = Math.min(end, (cell + 1) * cellPages);
      pages[(firstCell[vma] + (int) cell) * NR_KINDS + kind.ordinal()] += until - page;
      page = until;
    }
  }

  /** Mappings near each other; none if there is no mapping. */
  List<Band> bands() {
    return bands;
  }

  /** The first cell of a mapping. */
  int firstCell(int vma) {
    return firstCell[vma];
  }

  int nrCells(int vma) {
    return nrCells[vma];
  }

  /** How many pages of the image a cell is, about. */
  long pagesPerCell() {
    return pagesPerCell;
  }

  /** What most pages of a cell are that are in the image; else that none is. */
  Kind kind(int cell) {
    Kind most = Kind.ABSENT;
    for (Kind kind : Kind.values()) {
      if (pages[cell * NR_KINDS + kind.ordinal()] > pages[cell * NR_KINDS + most.ordinal()]) {
        most = kind;
      }
    }
    return most;
  }
}
