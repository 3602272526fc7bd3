package dev.ckpt.tests;

import java.util.HashMap;
import java.util.Map;

/**
 * Pipes, sockets and memory objects have no name but an inode number, and a new one whenever they
 * are made. Only which are the same matters: each is called by its place in the order of sight.
 */
final class KernelObjects {
  private static final String DELETED = " (deleted)";
  private static final String GHOST = "a file without a name";

  /** Its files have a name, and still a new number whenever the kernel looks them up afresh. */
  private static final String PROC = "/proc/";

  private final Map<String, Integer> numbers = new HashMap<>();

  /** A link of a descriptor, in which the number of a pipe or socket is replaced. */
  String named(String link) {
    if (isGhost(link)) {
      return GHOST;
    }
    int bracket = link.indexOf(":[");
    return bracket < 0 || !link.endsWith("]")
        ? link
        : link.substring(0, bracket) + " " + number(link.substring(0, bracket), link);
  }

  /** An inode number, replaced if what it belongs to has no name in a file system. */
  String inode(String name, String inode) {
    if (name.contains(":[")) {
      return named(name);
    }
    if (name.startsWith(PROC)) {
      return "of /proc";
    }
    return isMemory(name) || isGhost(name) ? "memory " + number("memory", inode) : inode;
  }

  /** The name of a mapping, without what a file that has lost its name was called. */
  static String name(String name) {
    return isGhost(name) ? GHOST : name;
  }

  /** Whether it is a file that has lost its name: it never gets one again. */
  static boolean isGhost(String name) {
    return name.endsWith(DELETED) && !isMemory(name);
  }

  /** Whether a name is that of shared memory without a file. */
  static boolean isMemory(String name) {
    return name.endsWith(DELETED)
        && (name.startsWith("/memfd:")
            || name.startsWith("/dev/zero")
            || name.startsWith("/SYSV")
            || name.startsWith("/[aio]")
            || name.startsWith("/anon_hugepage"));
  }

  private String number(String kind, String name) {
    return "#" + numbers.computeIfAbsent(kind + " " + name, key -> numbers.size());
  }
}
