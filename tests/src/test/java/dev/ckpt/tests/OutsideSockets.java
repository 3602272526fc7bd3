package dev.ckpt.tests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What ss(8) shows of the sockets of a task: type, state, queues, addresses, peer, owner, options
 * and memory, a line for each. Without ss there is little to see.
 */
final class OutsideSockets {
  private static final Path SS = Path.of("/usr/bin/ss");
  private static final List<String> COMMAND =
      List.of(SS.toString(), "-HOnaem", "--tcp", "--udp", "--raw", "--packet", "--unix");

  /** A unix socket's own inode, behind its address. */
  private static final Pattern UNIX_INODE = Pattern.compile("u_\\w+ \\S+ \\d+ \\d+ \\S+ (\\d+) .*");

  private static final Pattern INET_INODE = Pattern.compile(".* ino:(\\d+)\\b.*");

  /** The place of the inode's number in a line of /proc/net/raw. */
  private static final int PROC_INODE = 9;

  /** The peer of a unix socket: the inode of the other end, 0 for none. */
  private static final Pattern UNIX_PEER =
      Pattern.compile("(u_\\w+ \\S+ \\d+ \\d+ \\S+) (\\d+) (\\S+) (\\d+)(.*)");

  /**
   * Numbers that are new with every socket, its cookie and the inode of the file it is bound to;
   * memory that is kept for later, and how many packets were dropped.
   */
  private static final Pattern NEW_EACH_TIME =
      Pattern.compile(" (sk:[0-9a-f]+|ino:\\d+( dev:\\d+/\\d+)?)\\b|(?<=,)[fd]\\d+(?=[,)])");

  private OutsideSockets() {}

  /**
   * Facts by the name {@code ss FD}.
   *
   * @param sockets descriptor by inode number
   */
  static SortedMap<String, String> of(Map<String, String> sockets, KernelObjects objects)
      throws IOException {
    SortedMap<String, String> facts = new TreeMap<>();
    if (!sockets.isEmpty()) {
      facts.putAll(ofProc(sockets));
    }
    if (sockets.isEmpty() || !Files.exists(SS)) {
      return facts;
    }
    for (String line : lines()) {
      String words = line.trim().replaceAll(" +", " ");
      Matcher unix = UNIX_INODE.matcher(words);
      Matcher inet = INET_INODE.matcher(words);
      Matcher found = unix.matches() ? unix : inet;
      if ((found == unix || inet.matches()) && sockets.containsKey(found.group(1))) {
        facts.put("ss " + sockets.get(found.group(1)), named(words, objects));
      }
    }
    return facts;
  }

  /**
   * Of raw sockets and of those of ICMP, whose inodes ss tells on few kernels: addresses, state and
   * owner, by the name {@code raw FD}.
   */
  private static SortedMap<String, String> ofProc(Map<String, String> sockets) throws IOException {
    SortedMap<String, String> facts = new TreeMap<>();
    for (String name : List.of("raw", "raw6", "icmp", "icmp6")) {
      Path file = Path.of("/proc/net", name);
      List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
      for (String line : lines) {
        String[] words = line.trim().split(" +");
        String fd = sockets.get(words[PROC_INODE]);
        if (fd != null) {
          facts.put("raw " + fd, String.join(" ", List.of(words).subList(1, PROC_INODE)));
        }
      }
    }
    return facts;
  }

  private static List<String> lines() throws IOException {
    Process ss = new ProcessBuilder(COMMAND).redirectErrorStream(true).start();
    try {
      ss.getOutputStream().close();
      String text = new String(ss.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (ss.waitFor() != 0) {
        throw new AssertionError(COMMAND + ": " + text);
      }
      return text.lines().toList();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } finally {
      ss.destroyForcibly();
    }
  }

  private static String named(String line, KernelObjects objects) {
    Matcher unix = UNIX_PEER.matcher(line);
    String known =
        unix.matches()
            ? String.join(
                " ",
                unix.group(1),
                socket(unix.group(2), objects),
                unix.group(3),
                socket(unix.group(4), objects) + unix.group(5))
            : line;
    return NEW_EACH_TIME.matcher(known).replaceAll("");
  }

  private static String socket(String inode, KernelObjects objects) {
    return inode.equals("0") ? inode : objects.named("socket:[" + inode + "]");
  }
}
