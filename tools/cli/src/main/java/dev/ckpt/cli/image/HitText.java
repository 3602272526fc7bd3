package dev.ckpt.cli.image;

import dev.ckpt.cli.text.HexDump;
import dev.ckpt.cli.text.JsonObject;
import dev.ckpt.cli.text.Layout;
import dev.ckpt.cli.text.Names;
import dev.ckpt.cli.text.Units;
import dev.ckpt.convert.memory.Area;
import dev.ckpt.convert.memory.ImageMemory;
import dev.ckpt.convert.memory.SearchWindow.Match;
import dev.ckpt.convert.memory.StringScan.Found;
import dev.ckpt.format.ByteString;

/** Places in the memory of an image, one in a line: the address, the mapping, what is there. */
public final class HitText {
  private static final int ADDRESS_COLUMNS = 12;
  private static final int NAME_COLUMNS = 16;
  private static final String GAP = "  ";
  private static final String CUT = "...";
  private static final String DELETED = " (deleted)";

  /** What stands before the text of a line. */
  private static final int HEAD_COLUMNS =
      ADDRESS_COLUMNS + GAP.length() + NAME_COLUMNS + GAP.length();

  /** How many bytes are shown where lines have no end. */
  private static final int WIDE_BYTES = 64;

  private static final int LEAST_BYTES = 8;

  private final ImageMemory memory;
  private final Layout layout;
  private final boolean hex;

  /** The name that was made last: many places are in one mapping. */
  private ByteString lastName = ByteString.EMPTY;

  private String lastText = " ".repeat(NAME_COLUMNS);

  /**
   * Tells of places.
   *
   * @param hex whether matches are shown as hex digits
   */
  public HitText(ImageMemory memory, Layout layout, boolean hex) {
    this.memory = memory;
    this.layout = layout;
    this.hex = hex;
  }

  /** How many bytes of a match and around it a line has room for. */
  public static int bytes(Layout layout, boolean hex) {
    if (layout.all()) {
      return hex ? WIDE_BYTES / 2 : WIDE_BYTES;
    }
    int columns = layout.columns() - HEAD_COLUMNS;
    return Math.max(LEAST_BYTES, hex ? (columns + 1) / 3 : columns - 2);
  }

  /** How many of them are before the match at most. */
  public static int bytesBefore(Layout layout, boolean hex) {
    return bytes(layout, hex) / 4;
  }

  private String head(Area area, long addr) {
    String digits = Long.toHexString(addr);
    String place = area.object().isPresent() ? "+" + digits : digits;
    ByteString name = memory.name(area, addr);
    if (!name.equals(lastName)) {
      String text = Units.printable(ImageSummary.text(name));
      text = layout.all() ? text : shortened(text);
      lastText = text + " ".repeat(Math.max(0, NAME_COLUMNS - text.length()));
      lastName = name;
    }
    String padding = " ".repeat(Math.max(0, ADDRESS_COLUMNS - place.length()));
    return padding + place + GAP + lastText + GAP;
  }

  /** NB: without what the kernel puts behind names, or nothing of the name itself would be left. */
  private static String shortened(String name) {
    boolean plain = name.length() > NAME_COLUMNS && name.endsWith(DELETED);
    String kept = plain ? name.substring(0, name.length() - DELETED.length()) : name;
    return Names.fit(kept, NAME_COLUMNS);
  }

  /** A match, with the bytes around it; matches stand below each other. */
  public String line(Match match, int lenBytes) {
    byte[] around = match.around();
    int at = match.at();
    int missing = bytesBefore(layout, hex) - at;
    int end = Math.min(around.length, bytes(layout, hex) - missing);
    int to = Math.min(end, at + lenBytes);
    String head = head(match.area(), match.addr());
    if (hex) {
      return (head
              + "   ".repeat(missing)
              + spaced(around, 0, at, " ")
              + layout.heading(HexDump.spacedHex(around, at, to))
              + (to < end ? " " : "")
              + spaced(around, to, end, ""))
          .stripTrailing();
    }
    return head
        + " ".repeat(missing)
        + "|"
        + HexDump.text(around, 0, at)
        + layout.heading(HexDump.text(around, at, to))
        + HexDump.text(around, to, end)
        + "|";
  }

  private static String spaced(byte[] bytes, int from, int to, String behind) {
    return from == to ? "" : HexDump.spacedHex(bytes, from, to) + behind;
  }

  /** A string; on a terminal as much of it as fits. */
  public String line(Found found) {
    String head = head(found.area(), found.addr());
    String text = found.text().replace("\t", "\\t");
    int room = Math.max(LEAST_BYTES, layout.columns() - head.length());
    return head
        + (layout.all() || text.length() <= room
            ? text
            : text.substring(0, room - CUT.length()) + CUT);
  }

  private JsonObject json(Area area, long addr) {
    return new JsonObject()
        .put(area.object().isPresent() ? "offset" : "address", Long.toHexString(addr))
        .put("in", ImageSummary.text(memory.name(area, addr)));
  }

  /** A match for scripts. */
  public JsonObject json(Match match) {
    return json(match.area(), match.addr())
        .put("bytes", HexDump.hex(match.around(), 0, match.around().length))
        .put("at", match.at());
  }

  /** A string for scripts. */
  public JsonObject json(Found found) {
    return json(found.area(), found.addr()).put("text", found.text());
  }
}
