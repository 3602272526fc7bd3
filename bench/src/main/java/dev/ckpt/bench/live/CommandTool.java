package dev.ckpt.bench.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The whole command, with the start of its JVM. */
final class CommandTool implements Tool {
  private static final Pattern MILLIS = Pattern.compile("\"(\\w+)Millis\":([0-9.]+)");
  private static final double MILLION = 1e6;

  private final Workshop workshop;
  private final String command;

  CommandTool(Workshop workshop, String command) {
    this.workshop = workshop;
    this.command = command;
  }

  @Override
  public String name() {
    return "ckpt command";
  }

  @Override
  public Cost dump(int pid, Path image) throws IOException {
    return dump(pid, image, List.of("--no-sync"));
  }

  /** The same with other options. */
  Cost dump(int pid, Path image, List<String> options) throws IOException {
    List<String> words = new ArrayList<>(List.of(command, "dump", Integer.toString(pid)));
    words.addAll(List.of("-o", image.toString(), "--embed-files", "none"));
    words.addAll(options);
    Map<String, Long> times = new LinkedHashMap<>();
    Measure cost = measure(words, times);
    Map<Metric, Long> measured = new EnumMap<>(Metric.class);
    measured.put(Metric.DUMP_WALL, cost.wallNanos());
    measured.put(Metric.FROZEN, times.remove("frozen"));
    measured.put(Metric.DUMP_CPU, cost.cpuNanos());
    measured.put(Metric.DUMP_ANON, cost.anonBytes());
    measured.put(Metric.DUMP_RSS, cost.rssBytes());
    measured.put(Metric.IMAGE, Files.size(image));
    return new Cost(measured, withStart(times, cost));
  }

  @Override
  public Cost restore(int pid, Path image) throws IOException {
    Map<String, Long> times = new LinkedHashMap<>();
    Measure cost = measure(List.of(command, "restore", "--detach", image.toString()), times);
    Map<Metric, Long> measured = new EnumMap<>(Metric.class);
    measured.put(Metric.RESTORE_WALL, cost.wallNanos());
    measured.put(Metric.RESTORE_CPU, cost.cpuNanos());
    measured.put(Metric.RESTORE_ANON, cost.anonBytes());
    measured.put(Metric.RESTORE_RSS, cost.rssBytes());
    return new Cost(measured, withStart(times, cost));
  }

  private Measure measure(List<String> command, Map<String, Long> times) throws IOException {
    Path json = workshop.file("json");
    List<String> words = new ArrayList<>(command);
    words.add("--json=" + json);
    Measure cost = Measure.of(workshop, words);
    Matcher time = MILLIS.matcher(Files.readString(json));
    while (time.find()) {
      times.put(time.group(1), Math.round(Double.parseDouble(time.group(2)) * MILLION));
    }
    return cost;
  }

  /** What the work did not take went to the JVM, its start and its end. */
  private static Map<String, Long> withStart(Map<String, Long> times, Measure cost) {
    Map<String, Long> phases = new LinkedHashMap<>();
    phases.put("(JVM)", cost.wallNanos() - times.remove("wall"));
    phases.putAll(times);
    return phases;
  }
}
