package dev.ckpt.convert.report;

import dev.ckpt.format.ImageState;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.Vma;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The pictures of memory, and the table of mappings. */
final class MemoryFigures {
  private static final int WIDTH = 1024;
  private static final int COLUMNS = 128;
  private static final int CELL = 8;
  private static final int SQUARE = 7;
  private static final int BAND_HEAD = 22;
  private static final int BAND_FOOT = 8;
  private static final int NR_LARGEST = 20;
  private static final int STRIP = 120;

  private final Html html;
  private final ImageState state;
  private final PageCounts counts;
  private final AddressMap map;
  private final List<Vma> vmas;
  private final List<Kind> kinds;

  MemoryFigures(Html html, ImageState state, PageWalk walk, PageCounts counts, AddressMap map) {
    this.html = html;
    this.state = state;
    this.counts = counts;
    this.map = map;
    vmas = walk.vmas();
    kinds = MemoryReport.kindsOf(counts);
  }

  private static long bytes(long pages) {
    return pages * Limits.PAGE_SIZE;
  }

  /** One bar of all that is kept, and what its colours mean. */
  void putOverview() throws IOException {
    html.open("section", "id", "memory").element("h2", "Memory by kind of page");
    long[] pages = new long[Kind.values().length];
    for (Kind kind : kinds) {
      pages[kind.ordinal()] = counts.all(kind);
    }
    html.open(
        "svg",
        "viewBox",
        "0 0 " + WIDTH + " 36",
        "role",
        "img",
        "aria-label",
        "What is kept, by kind; the numbers are below");
    putStack(pages, 0, 0, WIDTH, 36, presentOf(pages));
    html.close("svg");
    html.open("ul", "class", "legend");
    for (Kind kind : kinds) {
      html.open("li");
      html.open("svg", "class", "key", "viewBox", "0 0 12 12", "aria-hidden", "true");
      html.empty("rect", "class", kind.style(), "width", "12", "height", "12", "rx", "2");
      html.close("svg").element("b", kind.label());
      html.element("span", Numbers.bytes(bytes(pages[kind.ordinal()])), "class", "number");
      html.element("span", kind.meaning(), "class", "sub").close("li");
    }
    html.close("ul").close("section");
  }

  private static long presentOf(long[] pages) {
    long present = 0;
    for (int i = 0; i < Kind.ABSENT.ordinal(); i++) {
      present += pages[i];
    }
    return present;
  }

  /** What is kept, side by side, as wide as its part of a whole. */
  private void putStack(long[] pages, int left, int top, int width, int height, long whole)
      throws IOException {
    double x = left;
    for (Kind kind : kinds) {
      double part = (double) width * pages[kind.ordinal()] / Math.max(1, whole);
      if (kind != Kind.ABSENT && part > 0) {
        html.empty(
            "rect",
            "class",
            kind.style(),
            "x",
            Numbers.length(x),
            "y",
            Integer.toString(top),
            "width",
            Numbers.length(Math.max(part, 1)),
            "height",
            Integer.toString(height));
        x += part;
      }
    }
  }

  /** The address space, cell by cell. */
  void putMap() throws IOException {
    html.open("section", "id", "map").element("h2", "Address space");
    html.element(
        "p",
        "From low addresses to high ones, row by row. A square is about "
            + Numbers.count(map.pagesPerCell(), "page")
            + " that are kept, and the colour says what most of them are; each mapping has one"
            + " at least, and a notch where it begins. Gaps between the bands are left out.",
        "class",
        "sub");
    int y = 0;
    StringBuilder notches = new StringBuilder();
    StringBuilder[] squares = new StringBuilder[Kind.values().length];
    for (int i = 0; i < squares.length; i++) {
      squares[i] = new StringBuilder();
    }
    List<Integer> tops = new ArrayList<>();
    for (AddressMap.Band band : map.bands()) {
      tops.add(y);
      int first = map.firstCell(band.from());
      int end = map.firstCell(band.to() - 1) + map.nrCells(band.to() - 1);
      draw(first, end, y + BAND_HEAD, squares);
      for (int i = band.from(); i < band.to(); i++) {
        int cell = map.firstCell(i) - first;
        notches
            .append('M')
            .append(cell % COLUMNS * CELL)
            .append(' ')
            .append(y + BAND_HEAD + cell / COLUMNS * CELL)
            .append("v7");
      }
      y += BAND_HEAD + (end - first + COLUMNS - 1) / COLUMNS * CELL + BAND_FOOT;
    }
    html.open(
        "svg",
        "id",
        "cells",
        "viewBox",
        "0 0 " + WIDTH + " " + Math.max(1, y),
        "role",
        "img",
        "aria-label",
        "The address space; the table of mappings has the same in numbers");
    for (int i = 0; i < tops.size(); i++) {
      putBand(map.bands().get(i), tops.get(i));
    }
    for (Kind kind : kinds) {
      html.empty("path", "class", kind.style(), "d", squares[kind.ordinal()].toString());
    }
    html.empty("path", "class", "notch", "d", notches.toString());
    html.close("svg").element("p", "", "id", "hint", "class", "sub", "aria-live", "polite");
    html.close("section");
  }

  private void putBand(AddressMap.Band band, int top) throws IOException {
    Vma first = vmas.get(band.from());
    Vma last = vmas.get(band.to() - 1);
    long mapped = 0;
    for (int i = band.from(); i < band.to(); i++) {
      mapped += vmas.get(i).lenBytes();
    }
    html.element(
        "text",
        Numbers.hex(first.start())
            + " \u2013 "
            + Numbers.hex(last.end())
            + " \u00b7 "
            + Numbers.count(band.to() - band.from(), "mapping")
            + " \u00b7 "
            + Numbers.bytes(mapped),
        "x",
        "0",
        "y",
        Integer.toString(top + 15),
        "data-cell",
        Integer.toString(map.firstCell(band.from())),
        "data-y",
        Integer.toString(top + BAND_HEAD));
  }

  /** Adds the squares of cells to the paths of their kinds. */
  private void draw(int first, int end, int top, StringBuilder[] squares) {
    for (int cell = first; cell < end; cell++) {
      int place = cell - first;
      squares[map.kind(cell).ordinal()]
          .append('M')
          .append(place % COLUMNS * CELL)
          .append(' ')
          .append(top + place / COLUMNS * CELL)
          .append('h')
          .append(SQUARE)
          .append('v')
          .append(SQUARE)
          .append("h-")
          .append(SQUARE)
          .append('z');
    }
  }

  /** What mappings of one name have. */
  private static final class Total {
    private final String name;
    private final long[] pages = new long[Kind.values().length];
    private int nrMappings;

    Total(String name) {
      this.name = name;
    }
  }

  /** Bars of what fills the image. */
  void putLargest() throws IOException {
    Map<String, Total> byName = new HashMap<>();
    for (int i = 0; i < vmas.size(); i++) {
      Total total = byName.computeIfAbsent(Names.of(vmas.get(i), state), Total::new);
      total.nrMappings++;
      for (Kind kind : kinds) {
        total.pages[kind.ordinal()] += counts.of(i, kind);
      }
    }
    List<Total> sorted =
        byName.values().stream()
            .sorted(
                Comparator.comparingLong((Total total) -> -presentOf(total.pages))
                    .thenComparing(total -> total.name))
            .toList();
    html.open("section", "id", "largest").element("h2", "Sizes by mapping");
    TaskTables.begin(html, "what", "kept", ">kept", ">mapped", ">mappings");
    long most = sorted.isEmpty() ? 1 : presentOf(sorted.get(0).pages);
    for (Total total : sorted.subList(0, Math.min(sorted.size(), NR_LARGEST))) {
      long present = presentOf(total.pages);
      html.open("tr").element("td", total.name, "class", "m").open("td");
      html.open("svg", "class", "bar", "viewBox", "0 0 400 14", "aria-hidden", "true");
      putStack(total.pages, 0, 0, 400, 14, most);
      html.close("svg").close("td");
      String kept = present == 0 ? "" : Numbers.bytes(bytes(present));
      html.element("td", kept, "class", "n", "data-n", Long.toString(present));
      long mapped = present + total.pages[Kind.ABSENT.ordinal()];
      html.element(
          "td", Numbers.bytes(bytes(mapped)), "class", "n", "data-n", Long.toString(mapped));
      html.element("td", Integer.toString(total.nrMappings), "class", "n").close("tr");
    }
    TaskTables.end(html, 0);
    if (sorted.size() > NR_LARGEST) {
      html.element(
          "p", Numbers.count(sorted.size() - NR_LARGEST, "smaller one") + ".", "class", "sub");
    }
    html.close("section");
  }

  /** Every mapping, with a strip of its kinds. */
  void putMappings() throws IOException {
    html.open("section", "id", "mappings");
    html.element("h2", Numbers.count(vmas.size(), "mapping"));
    TaskTables.begin(html, "address", "access", "what", "kinds", ">kept", ">size");
    for (int i = 0; i < Math.min(vmas.size(), TaskTables.MAX_ROWS); i++) {
      Vma vma = vmas.get(i);
      long present = counts.present(i);
      html.open(
          "tr",
          "data-cell",
          Integer.toString(map.firstCell(i)),
          "data-cells",
          Integer.toString(map.nrCells(i)));
      html.element("td", Numbers.hex(vma.start()) + "-" + Numbers.hex(vma.end()), "class", "m a");
      html.element("td", Names.protection(vma), "class", "m");
      html.element("td", Names.of(vma, state), "class", "m").open("td");
      if (present > 0) {
        html.open(
            "svg", "class", "strip", "viewBox", "0 0 " + STRIP + " 10", "aria-hidden", "true");
        long[] pages = new long[Kind.values().length];
        for (Kind kind : kinds) {
          pages[kind.ordinal()] = counts.of(i, kind);
        }
        putStack(pages, 0, 0, STRIP, 10, present + pages[Kind.ABSENT.ordinal()]);
        html.close("svg");
      }
      html.close("td");
      html.element(
          "td",
          present == 0 ? "" : Numbers.bytes(bytes(present)),
          "class",
          "n",
          "data-n",
          Long.toString(present));
      html.element(
          "td",
          Numbers.bytes(vma.lenBytes()),
          "class",
          "n",
          "data-n",
          Long.toString(vma.lenBytes()));
      html.close("tr");
    }
    TaskTables.end(html, vmas.size());
    html.close("section");
  }
}
