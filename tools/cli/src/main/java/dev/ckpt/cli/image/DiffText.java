package dev.ckpt.cli.image;

import dev.ckpt.cli.text.JsonObject;
import dev.ckpt.cli.text.Layout;
import dev.ckpt.cli.text.Names;
import dev.ckpt.cli.text.Table;
import dev.ckpt.cli.text.Units;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.diff.FieldDiff;
import dev.ckpt.format.diff.ImageDiff;
import dev.ckpt.format.diff.ObjectDiff;
import dev.ckpt.format.diff.ObjectDiff.Where;
import dev.ckpt.format.diff.PagesDiff;
import dev.ckpt.format.record.ParentImage;
import dev.ckpt.format.record.ParentPages;
import dev.ckpt.format.record.Task;
import dev.ckpt.format.record.Vma;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** How two images differ, for people and for scripts. */
public final class DiffText {
  private static final String MARGIN = "  ";

  /** Rows of one section on a terminal. */
  private static final int ROWS = 12;

  private static final int LEAST_VALUE_COLUMNS = 10;
  private static final String ARROW = " -> ";

  private final String nameA;
  private final String nameB;
  private final ImageDiff diff;

  /**
   * Tells of them.
   *
   * @param nameA what people call the first image
   * @param nameB the second one
   */
  public DiffText(String nameA, String nameB, ImageDiff diff) {
    this.nameA = nameA;
    this.nameB = nameB;
    this.diff = diff;
  }

  /** For people. */
  public List<String> lines(Layout layout) throws IOException {
    if (diff.same()) {
      return List.of(
          Units.printable(nameA)
              + " and "
              + Units.printable(nameB)
              + " are the same: "
              + Units.count(nrObjects(diff.stateA()), "object")
              + ", all pages of "
              + Units.count(diff.stateA().vmas().size(), "mapping"));
    }
    Table images = new Table("", "DUMPED", "PROCESS", "IMAGE");
    images.row("A", created(diff.stateA()), process(diff.stateA()), nameA);
    images.row("B", created(diff.stateB()), process(diff.stateB()), nameB);
    List<String> lines = new ArrayList<>(images.lines(layout, ""));
    changed(layout, lines);
    only(Where.ONLY_A, "only in A", layout, lines);
    only(Where.ONLY_B, "only in B", layout, lines);
    mappings(layout, lines);
    pages(layout, lines);
    return lines;
  }

  /** Those of the task: an image that builds on another has more of them. */
  private static long nrObjects(ImageState state) {
    return state.objects().stream()
        .map(ImageObject::record)
        .filter(record -> !(record instanceof ParentImage || record instanceof ParentPages))
        .count();
  }

  private static String created(ImageState state) throws IOException {
    return ImageSummary.created(state.header()).toString().replace("T", " ").replace("Z", " UTC");
  }

  private static String process(ImageState state) {
    return state.all(Task.class).stream()
        .findFirst()
        .map(task -> task.pid() + " " + task.comm())
        .orElse("-");
  }

  private List<ObjectDiff> objects(Where where) {
    return diff.objects().stream().filter(object -> object.where() == where).toList();
  }

  private static void section(String name, String summary, Layout layout, List<String> lines) {
    lines.add("");
    lines.add(layout.heading(name) + ": " + summary);
  }

  /** The first ones, if there are many; one is not worth a line that says there is one more. */
  private static <T> List<T> shown(List<T> all, Layout layout) {
    return layout.all() || all.size() <= ROWS + 1 ? all : all.subList(0, ROWS);
  }

  private static void rest(int nrAll, int nrShown, List<String> lines) {
    if (nrShown < nrAll) {
      lines.add(MARGIN + "and " + (nrAll - nrShown) + " more; -v shows them");
    }
  }

  private void changed(Layout layout, List<String> lines) {
    List<ObjectDiff> changed = objects(Where.BOTH);
    if (changed.isEmpty()) {
      return;
    }
    section("changed", Units.count(changed.size(), "object"), layout, lines);
    List<ObjectDiff> shown = shown(changed, layout);
    for (ObjectDiff object : shown) {
      lines.add(MARGIN + layout.fit(name(object), MARGIN.length()));
      List<FieldDiff> fields = shown(object.fields(), layout);
      fieldLines(fields, layout).forEach(lines::add);
      rest(object.fields().size(), fields.size(), lines);
    }
    rest(changed.size(), shown.size(), lines);
  }

  private static String name(ObjectDiff object) {
    return Units.printable((object.name() + " " + object.what()).strip());
  }

  /** A line for each field, with both of its values. */
  static List<String> fieldLines(List<FieldDiff> fields, Layout layout) {
    int width = fields.stream().mapToInt(field -> field.name().length()).max().orElse(0);
    List<String> lines = new ArrayList<>();
    for (FieldDiff field : fields) {
      String begin = MARGIN + MARGIN + field.name() + " ".repeat(width + 2 - field.name().length());
      lines.add(begin + values(field, layout, layout.columns() - begin.length()));
    }
    return lines;
  }

  private static String values(FieldDiff field, Layout layout, int columns) {
    String a = Units.printable(field.a());
    String b = Units.printable(field.b());
    if (layout.all() || a.length() + ARROW.length() + b.length() <= columns) {
      return a + ARROW + b;
    }
    int half = Math.max(LEAST_VALUE_COLUMNS, (columns - ARROW.length()) / 2);
    return Names.fit(a, half) + ARROW + Names.fit(b, half);
  }

  private void only(Where where, String heading, Layout layout, List<String> lines) {
    List<ObjectDiff> only =
        objects(where).stream().filter(object -> !(object.record() instanceof Vma)).toList();
    if (only.isEmpty()) {
      return;
    }
    section(heading, Units.count(only.size(), "object"), layout, lines);
    List<ObjectDiff> shown = shown(only, layout);
    shown.forEach(object -> lines.add(MARGIN + layout.fit(name(object), MARGIN.length())));
    rest(only.size(), shown.size(), lines);
  }

  private void mappings(Layout layout, List<String> lines) {
    List<ObjectDiff> only =
        diff.objects().stream()
            .filter(object -> object.where() != Where.BOTH && object.record() instanceof Vma)
            .toList();
    if (only.isEmpty()) {
      return;
    }
    long nrA = only.stream().filter(object -> object.where() == Where.ONLY_A).count();
    String summary = nrA + " only in A, " + (only.size() - nrA) + " only in B";
    section("mappings", summary, layout, lines);
    Table table = new Table("IN", "ADDRESS", "PROT", ">SIZE", "WHAT");
    List<ObjectDiff> shown = shown(only, layout);
    for (ObjectDiff object : shown) {
      Vma vma = (Vma) object.record();
      table.row(
          object.where() == Where.ONLY_A ? "A" : "B",
          address(vma),
          ImageSummary.prot(vma.prot()),
          Units.bytes(vma.lenBytes()),
          object.what());
    }
    lines.addAll(table.lines(layout, MARGIN));
    rest(only.size(), shown.size(), lines);
  }

  private static String address(Vma vma) {
    return Long.toHexString(vma.start()) + "-" + Long.toHexString(vma.end());
  }

  private void pages(Layout layout, List<String> lines) {
    if (diff.pages().isEmpty()) {
      return;
    }
    String summary =
        pages(sum(PagesDiff::nrDiffer), sum(PagesDiff::nrDiffer) == 1 ? "differs" : "differ")
            + ", "
            + pages(sum(PagesDiff::nrOnlyA), "only in A")
            + ", "
            + pages(sum(PagesDiff::nrOnlyB), "only in B");
    section("pages", summary, layout, lines);
    Table table = new Table("ADDRESS", ">DIFFER", ">ONLY A", ">ONLY B", "WHAT");
    List<PagesDiff> shown = shown(diff.pages(), layout);
    for (PagesDiff of : shown) {
      table.row(
          of.vma().map(DiffText::address).orElse("-"),
          of.nrDiffer(),
          of.nrOnlyA(),
          of.nrOnlyB(),
          of.what());
    }
    lines.addAll(table.lines(layout, MARGIN));
    rest(diff.pages().size(), shown.size(), lines);
  }

  private static String pages(long nr, String how) {
    return (nr == 0 ? "none" : Units.pages(nr)) + " " + how;
  }

  private long sum(ToLongFunction<PagesDiff> number) {
    return diff.pages().stream().mapToLong(number).sum();
  }

  /**
   * For scripts.
   *
   * @param a where the first image was read from
   * @param b where the second was
   */
  public JsonObject json(String a, String b) throws IOException {
    return new JsonObject()
        .put("a", a)
        .put("b", b)
        .put("exact", false)
        .put("same", diff.same())
        .put("createdA", ImageSummary.created(diff.stateA().header()).toString())
        .put("createdB", ImageSummary.created(diff.stateB().header()).toString())
        .put("changed", objects(Where.BOTH).stream().map(DiffText::json).toList())
        .put("onlyInA", objects(Where.ONLY_A).stream().map(DiffText::json).toList())
        .put("onlyInB", objects(Where.ONLY_B).stream().map(DiffText::json).toList())
        .put(
            "pages",
            new JsonObject()
                .put("differ", sum(PagesDiff::nrDiffer))
                .put("onlyInA", sum(PagesDiff::nrOnlyA))
                .put("onlyInB", sum(PagesDiff::nrOnlyB)))
        .put("pagesByMapping", diff.pages().stream().map(DiffText::json).toList());
  }

  private static JsonObject json(ObjectDiff object) {
    JsonObject json = new JsonObject().put("object", object.name()).put("what", object.what());
    return object.where() == Where.BOTH
        ? json.put("fields", object.fields().stream().map(DiffText::json).toList())
        : json;
  }

  static JsonObject json(FieldDiff field) {
    return new JsonObject().put("field", field.name()).put("a", field.a()).put("b", field.b());
  }

  private static JsonObject json(PagesDiff of) {
    JsonObject json = new JsonObject();
    of.vma()
        .ifPresent(
            vma ->
                json.put("start", Long.toHexString(vma.start()))
                    .put("end", Long.toHexString(vma.end())));
    return json.put("what", of.what())
        .put("differ", of.nrDiffer())
        .put("onlyInA", of.nrOnlyA())
        .put("onlyInB", of.nrOnlyB())
        .put("first", Long.toHexString(of.first()));
  }
}
