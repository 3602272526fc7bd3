package dev.ckpt.cli.image;

import dev.ckpt.cli.text.JsonObject;
import dev.ckpt.cli.text.Layout;
import dev.ckpt.cli.text.Units;
import dev.ckpt.format.diff.ExactDiff;
import java.util.ArrayList;
import java.util.List;

/** Where two images differ as streams, for people and for scripts. */
public final class ExactDiffText {
  private static final String MARGIN = "  ";

  private final String nameA;
  private final String nameB;
  private final ExactDiff diff;

  /**
   * Tells of them.
   *
   * @param nameA what people call the first image
   * @param nameB the second one
   */
  public ExactDiffText(String nameA, String nameB, ExactDiff diff) {
    this.nameA = nameA;
    this.nameB = nameB;
    this.diff = diff;
  }

  /** For people. */
  public List<String> lines(Layout layout) {
    String both = Units.printable(nameA) + " (A) and " + Units.printable(nameB) + " (B) ";
    if (diff.same()) {
      return List.of(both + "are the same, object by object and page by page");
    }
    List<String> lines = new ArrayList<>();
    lines.add(both + "differ in " + Units.count(diff.nrFound(), "place"));
    for (ExactDiff.Found found : diff.found()) {
      lines.add(MARGIN + "A at " + found.offsetA() + ": " + found.a());
      lines.add(MARGIN + "B at " + found.offsetB() + ": " + found.b());
      lines.addAll(DiffText.fieldLines(found.fields(), layout));
    }
    if (diff.found().size() < diff.nrFound()) {
      lines.add(MARGIN + "and " + (diff.nrFound() - diff.found().size()) + " more");
    }
    if (diff.outOfStep()) {
      lines.add(MARGIN + "what comes behind the last of these is not compared");
    }
    return lines;
  }

  /**
   * For scripts.
   *
   * @param a where the first image was read from
   * @param b where the second was
   */
  public JsonObject json(String a, String b) {
    return new JsonObject()
        .put("a", a)
        .put("b", b)
        .put("exact", true)
        .put("same", diff.same())
        .put("differences", diff.nrFound())
        .put("outOfStep", diff.outOfStep())
        .put("first", diff.found().stream().map(ExactDiffText::json).toList());
  }

  private static JsonObject json(ExactDiff.Found found) {
    return new JsonObject()
        .put("offsetA", found.offsetA())
        .put("offsetB", found.offsetB())
        .put("a", found.a())
        .put("b", found.b())
        .put("fields", found.fields().stream().map(DiffText::json).toList());
  }
}
