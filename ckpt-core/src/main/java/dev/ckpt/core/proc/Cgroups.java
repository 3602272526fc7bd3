package dev.ckpt.core.proc;

import dev.ckpt.format.ByteString;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code /proc/PID/cgroup}: the cgroup of a task in each hierarchy, as seen from the reader's
 * cgroup namespace.
 *
 * @param raw the file as it is
 */
public record Cgroups(ByteString raw, List<Entry> entries) {

  /**
   * Membership in one hierarchy.
   *
   * @param hierarchyId 0 for cgroup v2
   * @param controllers empty for v2; for v1 as in {@code cpu,cpuacct} or {@code name=systemd}
   */
  public record Entry(int hierarchyId, String controllers, ByteString path) {}

  /** Takes a copy of the list. */
  public Cgroups {
    entries = List.copyOf(entries);
  }

  /**
   * Parses the whole file.
   *
   * @throws ProcFormatException if a line is not {@code number:controllers:/path}
   */
  public static Cgroups parse(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor("cgroup", text);
    List<Entry> entries = new ArrayList<>();
    while (!in.atEnd()) {
      final int id = in.count();
      in.expect(':');
      final int start = in.pos();
      while (in.peek() != ':') {
        if (in.atEnd() || in.peek() == '\n') {
          throw in.bad("want ':' behind the controllers");
        }
        in.skip();
      }
      final String controllers = in.latin1(start, in.pos());
      in.skip();
      if (in.peek() != '/') {
        throw in.bad("want the path of a cgroup");
      }
      if (in.lineEnd() == text.length) {
        throw in.bad("the line is cut off");
      }
      entries.add(new Entry(id, controllers, ByteString.of(in.restOfLine())));
    }
    return new Cgroups(ByteString.of(text), entries);
  }
}
