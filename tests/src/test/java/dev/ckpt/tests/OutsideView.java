package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What anybody can see of a task from outside: facts of /proc/PID as text under names such as
 * {@code status Umask}, {@code task 7 stat 18} or {@code fdinfo 3 flags}. It reads for itself, by
 * nothing of the tool under test.
 *
 * <p>A file that this kernel does not have is no fact; nor is one that it does not let us read.
 */
final class OutsideView {
  /** Files with one value each, of the process. */
  private static final List<String> OF_PROCESS =
      List.of(
          "auxv",
          "cgroup",
          "cmdline",
          "coredump_filter",
          "environ",
          "loginuid",
          "oom_score_adj",
          "sessionid",
          "timens_offsets");

  /** Files with one value each, of every thread. */
  private static final List<String> OF_THREAD =
      List.of("attr/current", "cgroup", "comm", "cpuset", "personality", "timerslack_ns");

  private static final List<String> LINKS = List.of("cwd", "exe", "root");

  /** The fields of stat from the third on; comm is a file of its own. */
  private static final List<String> STAT =
      List.of(
          ("state ppid pgrp session tty_nr tpgid flags minflt cminflt majflt cmajflt utime stime"
                  + " cutime cstime priority nice num_threads itrealvalue starttime vsize rss"
                  + " rsslim startcode endcode startstack kstkesp kstkeip signal blocked sigignore"
                  + " sigcatch wchan nswap cnswap exit_signal processor rt_priority policy"
                  + " delayacct_blkio_ticks guest_time cguest_time start_data end_data start_brk"
                  + " arg_start arg_end env_start env_end exit_code")
              .split(" "));

  private static final int STAT_FIRST = 3;

  /** After so many looks a task is taken for one that never rests. */
  private static final int RESTLESS = 50;

  /** Stands for a fact that is not there. */
  private static final String NONE = "none";

  /** Separates the facts of a line: {@code flags: 0100002}. */
  private static final Pattern COLON = Pattern.compile(":\\s*");

  private static final String SOCKET = "socket:[";

  private static final MayDiffer MAY_DIFFER = MayDiffer.read();

  private final Path proc;
  private final SortedMap<String, String> facts = new TreeMap<>();
  private final KernelObjects objects = new KernelObjects();

  private OutsideView(int pid) {
    proc = Path.of("/proc", Integer.toString(pid));
  }

  /** Reads it all; a task that changes meanwhile may make it throw. */
  static OutsideView of(int pid) throws IOException {
    OutsideView view = new OutsideView(pid);
    view.process();
    view.descriptors();
    for (Path task : sorted(view.proc.resolve("task"))) {
      view.thread(task);
    }
    view.facts.putAll(OutsideVmas.of(view.text("smaps"), view.objects));
    return view;
  }

  /**
   * The same as soon as two looks agree in all but what may differ. A thread that runs may stand in
   * a signal handler, with another mask; so all should sleep, unless some never do.
   */
  static OutsideView steady(int pid) throws IOException {
    List<OutsideView> looks = new ArrayList<>();
    List<String> moving = new ArrayList<>();
    int[] nrLooks = {0};
    Await.until(
        "a view that holds still",
        () -> {
          OutsideView now = untorn(pid);
          moving.clear();
          looks.forEach(last -> moving.addAll(last.differences(now)));
          boolean rests = now.rests() || nrLooks[0]++ > RESTLESS;
          boolean still = !looks.isEmpty() && moving.isEmpty() && rests;
          looks.clear();
          looks.add(now);
          return still;
        },
        () -> String.join("\n", moving));
    return looks.get(0);
  }

  /** Whether every thread sleeps in a system call. */
  private boolean rests() {
    return facts.keySet().stream()
        .filter(name -> name.endsWith(" stat state"))
        .allMatch(name -> facts.containsKey(name.replace("stat state", "waits")));
  }

  /** Waits until a task looks as it did, apart from what may differ. */
  void expect(int pid) throws IOException {
    List<String> differences = new ArrayList<>();
    Await.until(
        "the look of before",
        () -> {
          differences.clear();
          differences.addAll(differences(untorn(pid)));
          return differences.isEmpty();
        },
        () -> String.join("\n", differences));
  }

  /** A thread or a descriptor may go between the folder that names it and its own file. */
  private static OutsideView untorn(int pid) throws IOException {
    List<OutsideView> whole = new ArrayList<>();
    List<String> torn = new ArrayList<>();
    Await.until(
        "a view of one moment",
        () -> {
          try {
            whole.add(of(pid));
          } catch (IOException e) {
            torn.add(e.toString());
          }
          return !whole.isEmpty();
        },
        torn::toString);
    return whole.get(0);
  }

  /** What is not the same later on, less what may differ. */
  List<String> differences(OutsideView later) {
    Set<String> names = new HashSet<>(facts.keySet());
    names.addAll(later.facts.keySet());
    List<String> found = new ArrayList<>();
    for (String name : names) {
      String was = facts.getOrDefault(name, NONE);
      String is = later.facts.getOrDefault(name, NONE);
      if (!was.equals(is) && !MAY_DIFFER.allows(name, was, is)) {
        found.add(name + ": " + was + " -> " + is);
      }
    }
    Collections.sort(found);
    return found;
  }

  private void process() throws IOException {
    for (String file : OF_PROCESS) {
      value(file, proc.resolve(file));
    }
    for (String link : LINKS) {
      String target = link(proc.resolve(link));
      facts.put(link, link.equals("exe") ? KernelObjects.name(target) : target);
    }
    lines("limits", text("limits"), Pattern.compile(" {2,}"));
    lines("timers", text("timers"), COLON);
    for (Path namespace : sorted(proc.resolve("ns"))) {
      facts.put("ns " + namespace.getFileName(), link(namespace));
    }
  }

  /** Each descriptor in the order of the numbers, so that the objects come in one order too. */
  private void descriptors() throws IOException {
    Map<String, String> sockets = new TreeMap<>();
    for (Path fd : sorted(proc.resolve("fd"))) {
      String number = fd.getFileName().toString();
      String target = link(fd);
      facts.put("fd " + number, objects.named(target));
      if (target.startsWith(SOCKET)) {
        sockets.putIfAbsent(target.substring(SOCKET.length(), target.length() - 1), number);
      }
      for (String line : sortedLines("fdinfo/" + number)) {
        String[] words = COLON.split(line, 2);
        String value = words.length < 2 ? "" : words[1];
        boolean inode = words[0].equals("ino");
        put("fdinfo " + number + " " + words[0], inode ? objects.inode(target, value) : value);
      }
    }
    facts.putAll(OutsideSockets.of(sockets, objects));
  }

  /**
   * What an epoll instance or an inotify instance watches comes in an order of the kernel's own. Of
   * the file behind an epoll target it says what is seen where that file itself is looked at.
   */
  private List<String> sortedLines(String file) throws IOException {
    return Stream.of(text(file).split("\n"))
        .map(line -> line.startsWith("tfd:") ? line.replaceFirst("  pos:.*", "") : line)
        .sorted()
        .toList();
  }

  private void thread(Path task) throws IOException {
    String who = "task " + task.getFileName() + " ";
    for (String file : OF_THREAD) {
      value(who + file, task.resolve(file));
    }
    String status = Files.readString(task.resolve("status"), ISO_8859_1);
    lines(who + "status", status, COLON);
    stat(who + "stat", Files.readString(task.resolve("stat"), ISO_8859_1));
    // /proc/PID/task/TID has no file of the slack, /proc/TID has.
    value(who + "timerslack_ns", Path.of("/proc/" + task.getFileName() + "/timerslack_ns"));
    if (status.contains("State:\tS ")) {
      waits(who, task);
    }
  }

  /** Where a sleeping thread sleeps: the call, and the two registers that tell who made it. */
  private void waits(String who, Path task) throws IOException {
    String[] words = Files.readString(task.resolve("syscall"), ISO_8859_1).trim().split(" ");
    if (words.length > 2) {
      int last = words.length - 1;
      put(who + "waits", words[0] + " sp " + words[last - 1] + " pc " + words[last]);
    }
  }

  /** One fact per line, as in {@code Name: cat}. */
  private void lines(String file, String text, Pattern separator) {
    for (String line : text.split("\n")) {
      String[] words = separator.split(line, 2);
      put(file + " " + words[0], words.length < 2 ? "" : words[1].trim());
    }
  }

  /** One fact per field, named as in proc(5), and one per flag that is set. */
  private void stat(String file, String text) {
    String[] fields = text.substring(text.lastIndexOf(')') + 1).trim().split(" ");
    for (int i = 0; i < fields.length; i++) {
      String name = i < STAT.size() ? STAT.get(i) : String.valueOf(i + STAT_FIRST);
      if (name.equals("flags")) {
        long flags = Long.parseLong(fields[i]);
        for (long bits = flags; bits != 0; bits &= bits - 1) {
          put(file + " flag " + Long.toHexString(bits & -bits), "set");
        }
      } else {
        put(file + " " + name, fields[i]);
      }
    }
  }

  private void value(String name, Path file) throws IOException {
    if (Files.exists(file)) {
      String text;
      try {
        text = Files.readString(file, ISO_8859_1).stripTrailing();
      } catch (IOException e) {
        // attr/current without a security module, for one: EINVAL from the first read on.
        text = "cannot be read";
      }
      put(name, text);
    }
  }

  /** Facts of one name, such as the epoll targets of one descriptor, are one. */
  private void put(String name, String value) {
    facts.merge(name, value, (one, more) -> one + "; " + more);
  }

  private String text(String file) throws IOException {
    return Files.readString(proc.resolve(file), ISO_8859_1);
  }

  private static String link(Path path) throws IOException {
    return Files.readSymbolicLink(path).toString();
  }

  private static List<Path> sorted(Path folder) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(entries::add);
    }
    entries.sort(OutsideView::byNumber);
    return entries;
  }

  private static int byNumber(Path one, Path other) {
    String left = one.getFileName().toString();
    String right = other.getFileName().toString();
    return left.length() == right.length()
        ? left.compareTo(right)
        : Integer.compare(left.length(), right.length());
  }
}
