package dev.ckpt.tests;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The mappings as smaps shows them. Neighbours that differ in nothing are one: whether the kernel
 * has merged them depends on the order in which they were made, and no program can tell.
 */
final class OutsideVmas {
  private static final Pattern HEAD =
      Pattern.compile(
          "(?<start>[0-9a-f]+)-(?<end>[0-9a-f]+) (?<perms>\\S+) (?<offset>[0-9a-f]+) "
              + "(?<dev>\\S+) (?<ino>[0-9]+) *(?<name>.*)");

  /** Lines of a mapping that neither count nor follow from the rest. */
  private static final Pattern KEPT =
      Pattern.compile("(KernelPageSize|MMUPageSize|ProtectionKey): *(.*)");

  private static final String FLAGS = "VmFlags:";

  /**
   * No flags of the mapping: sd is soft-dirty, of whoever watches the pages; gu says that there may
   * be guard regions, and stays when they are gone or the mapping is merged with a neighbour.
   */
  private static final Pattern HINTS = Pattern.compile("\\b(sd|gu) ?");

  private record Vma(long start, long end, long offset, String file, String kind) {
    boolean continues(Vma before) {
      boolean follows = offset - before.offset == start - before.start;
      return start == before.end
          && file.equals(before.file)
          && kind.equals(before.kind)
          && (file.isEmpty() || follows);
    }

    Vma with(Vma next) {
      return new Vma(start, next.end, offset, file, kind);
    }
  }

  private final KernelObjects objects;
  private final List<Vma> vmas = new ArrayList<>();

  private OutsideVmas(KernelObjects objects) {
    this.objects = objects;
  }

  static Map<String, String> of(String smaps, KernelObjects objects) {
    OutsideVmas reader = new OutsideVmas(objects);
    Matcher head = HEAD.matcher("");
    StringBuilder kind = new StringBuilder();
    for (String line : smaps.split("\n")) {
      Matcher next = HEAD.matcher(line);
      Matcher kept = KEPT.matcher(line);
      if (next.matches()) {
        head = next;
        kind.setLength(0);
        kind.append(next.group("perms"));
      } else if (kept.matches()) {
        kind.append(' ').append(kept.group(1)).append(' ').append(kept.group(2));
      } else if (line.startsWith(FLAGS)) {
        // The last line of each.
        kind.append(' ')
            .append(HINTS.matcher(line.substring(FLAGS.length())).replaceAll("").trim());
        reader.add(head, kind.toString());
      }
    }
    return reader.facts();
  }

  private void add(Matcher head, String kind) {
    String name = head.group("name");
    boolean memory = KernelObjects.isMemory(name) || KernelObjects.isGhost(name);
    // Of which file without a name the kernel made private huge pages is no state.
    boolean huge = name.startsWith("/anon_hugepage") && head.group("perms").endsWith("p");
    boolean file = !head.group("ino").equals("0") && !huge;
    String inode = objects.inode(name, head.group("ino"));
    Vma vma =
        new Vma(
            Long.parseUnsignedLong(head.group("start"), 16),
            Long.parseUnsignedLong(head.group("end"), 16),
            huge ? 0 : Long.parseUnsignedLong(head.group("offset"), 16),
            file ? (memory ? "memory" : head.group("dev")) + " " + inode : "",
            KernelObjects.name(name) + " " + kind);
    int last = vmas.size() - 1;
    if (last >= 0 && vma.continues(vmas.get(last))) {
      vmas.set(last, vmas.get(last).with(vma));
    } else {
      vmas.add(vma);
    }
  }

  private Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    for (Vma vma : vmas) {
      facts.put(
          "vma " + Long.toHexString(vma.start()),
          String.format("to %x offset %x %s %s", vma.end(), vma.offset(), vma.file(), vma.kind()));
    }
    return facts;
  }
}
