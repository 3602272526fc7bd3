package dev.ckpt.cli.image;

import dev.ckpt.cli.text.HexDump;
import dev.ckpt.cli.text.JsonObject;
import dev.ckpt.cli.text.Layout;
import dev.ckpt.cli.text.Units;
import dev.ckpt.convert.memory.MapsNames;
import dev.ckpt.convert.memory.PageView;
import dev.ckpt.convert.memory.PageView.Content;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.Vma;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** One page of an image's memory, for people and for scripts. */
public final class PageText {
  private static final String MARGIN = "  ";
  private static final int NAME_COLUMNS = 10;

  /** Room for an address and two words. */
  private static final int TITLE_COLUMNS = 21;

  private final PageView page;
  private final ImageState state;

  /** Tells of a page of an image with this state. */
  public PageText(PageView page, ImageState state) {
    this.page = page;
    this.state = state;
  }

  /**
   * For people: what it is, and its bytes if they are known.
   *
   * @param asked the address that was asked for, or the offset
   */
  public List<String> lines(Layout layout, long asked, boolean all) {
    List<String> lines = new ArrayList<>();
    lines.add(layout.heading("page " + Long.toHexString(page.addr())) + name(layout));
    page.vma().ifPresent(vma -> fact(layout, lines, "mapping", mapping(vma)));
    if (page.vma().isPresent() && page.object().isPresent()) {
      fact(layout, lines, "offset", Long.toHexString(page.offset()) + " in the object");
    }
    fact(layout, lines, "content", content());
    if (page.vma().isEmpty() && page.object().isEmpty()) {
      neighbours(layout, lines);
    }
    if (!page.bytes().isEmpty()) {
      lines.add("");
      lines.addAll(HexDump.lines(page.bytes().toByteArray(), page.addr(), asked, layout, all));
    }
    return lines;
  }

  private String objectName() {
    return page.object().map(ImageSummary::text).orElse("");
  }

  private String name(Layout layout) {
    String name = name();
    return name.isEmpty() ? "" : " of " + layout.fit(Units.printable(name), TITLE_COLUMNS);
  }

  private String name() {
    return page.vma().map(vma -> ImageSummary.text(MapsNames.of(vma, state))).orElse(objectName());
  }

  private static void fact(Layout layout, List<String> lines, String name, String value) {
    String begin = MARGIN + name + " ".repeat(NAME_COLUMNS - name.length());
    lines.add(begin + layout.fit(Units.printable(value), begin.length()));
  }

  /** Where there is something, for somebody who mistyped an address. */
  private void neighbours(Layout layout, List<String> lines) {
    Optional<Vma> below = Optional.empty();
    for (Vma vma : state.vmas()) {
      if (Long.compareUnsigned(vma.start(), page.addr()) > 0) {
        below.ifPresent(found -> fact(layout, lines, "below", named(found)));
        fact(layout, lines, "above", named(vma));
        return;
      }
      below = Optional.of(vma);
    }
    below.ifPresent(found -> fact(layout, lines, "below", named(found)));
  }

  private String named(Vma vma) {
    return Long.toHexString(vma.start())
        + "-"
        + Long.toHexString(vma.end())
        + " "
        + ImageSummary.text(MapsNames.of(vma, state));
  }

  private static String mapping(Vma vma) {
    return Long.toHexString(vma.start())
        + "-"
        + Long.toHexString(vma.end())
        + " "
        + ImageSummary.prot(vma.prot())
        + ", "
        + ImageSummary.kind(vma.kind());
  }

  private String content() {
    return switch (page.content()) {
      case DATA ->
          page.holder().isEmpty() ? "the kernel's code, kept in the image" : "data" + where();
      case ZERO -> "zeros" + where() + ", where they take no room";
      case UNWRITTEN -> "zeros: it was never written, and is in no image";
      case GUARD -> "none: it is in a guard region, which nobody can read";
      case FILE ->
          "not in the image: the file has it, at offset " + Long.toHexString(page.offset());
      case KERNEL -> "not in the image: the kernel makes it";
      case NONE ->
          page.object().isPresent() ? "none: it is behind the end" : "none: no mapping has it";
    };
  }

  private String where() {
    return page.holder()
        .filter(holder -> holder.number() > 0)
        .map(holder -> ", in " + holder.name())
        .orElse(", in this image");
  }

  /** Whether there is anything to see. */
  public boolean hasBytes() {
    return !page.bytes().isEmpty();
  }

  /**
   * For scripts.
   *
   * @param image where it was read from
   */
  public JsonObject json(String image) {
    JsonObject json =
        new JsonObject()
            .put("image", image)
            .put(
                page.vma().isEmpty() && page.object().isPresent() ? "offset" : "address",
                Long.toHexString(page.addr()))
            .put("in", name())
            .put("content", page.content().name().toLowerCase(Locale.ROOT));
    page.holder()
        .filter(holder -> holder.number() > 0)
        .ifPresent(holder -> json.put("holder", holder.name()));
    page.vma()
        .ifPresent(
            vma ->
                json.put(
                    "mapping",
                    new JsonObject()
                        .put("start", Long.toHexString(vma.start()))
                        .put("end", Long.toHexString(vma.end()))
                        .put("prot", ImageSummary.prot(vma.prot()))
                        .put("kind", ImageSummary.kind(vma.kind()))));
    if (page.vma().isPresent() && (page.object().isPresent() || page.content() == Content.FILE)) {
      page.object().ifPresent(object -> json.put("object", ImageSummary.text(object)));
      json.put("objectOffset", Long.toHexString(page.offset()));
    }
    if (hasBytes()) {
      byte[] bytes = page.bytes().toByteArray();
      json.put("bytes", HexDump.hex(bytes, 0, bytes.length));
    }
    return json;
  }
}
