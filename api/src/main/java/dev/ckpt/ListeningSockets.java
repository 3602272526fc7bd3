package dev.ckpt;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Whether a process listens on a TCP port, by what /proc says. Nobody connects: a connection would
 * still be the process's when it is frozen right after that.
 */
final class ListeningSockets {
  private static final String LISTEN = "0A";

  // Fields of a line of /proc/net/tcp (proc_pid_net(5)).
  private static final int LOCAL_ADDRESS = 1;
  private static final int STATE = 3;
  private static final int INODE = 9;
  private static final int HEX = 16;

  private ListeningSockets() {}

  /** Whether it does, on whatever address. */
  static boolean has(long pid, int port) throws IOException {
    Set<String> inodes = new HashSet<>();
    for (String table : new String[] {"tcp", "tcp6"}) {
      Path file = Path.of("/proc/" + pid + "/net/" + table);
      if (Files.exists(file)) {
        for (String line : Files.readString(file, US_ASCII).split("\n")) {
          addIfListening(line.strip().split(" +"), port, inodes);
        }
      }
    }
    return !inodes.isEmpty() && holds(pid, inodes);
  }

  private static void addIfListening(String[] fields, int port, Set<String> inodes) {
    if (fields.length > INODE && fields[STATE].equals(LISTEN)) {
      String address = fields[LOCAL_ADDRESS];
      if (Integer.parseInt(address.substring(address.lastIndexOf(':') + 1), HEX) == port) {
        inodes.add("socket:[" + fields[INODE] + "]");
      }
    }
  }

  private static boolean holds(long pid, Set<String> links) throws IOException {
    try (DirectoryStream<Path> fds = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
      for (Path fd : fds) {
        if (Files.isSymbolicLink(fd) && links.contains(Files.readSymbolicLink(fd).toString())) {
          return true;
        }
      }
    }
    return false;
  }
}
