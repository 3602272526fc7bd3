package dev.ckpt.bench.live;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All values that were measured in one case, by who did it and what was measured. */
final class Results {
  private final Map<String, Map<String, List<Long>>> values = new LinkedHashMap<>();

  void add(String who, String what, long value) {
    values
        .computeIfAbsent(who, name -> new LinkedHashMap<>())
        .computeIfAbsent(what, name -> new ArrayList<>())
        .add(value);
  }

  void add(String who, Metric metric, long value) {
    add(who, metric.name(), value);
  }

  void addAll(Tool tool, Tool.Cost cost) {
    cost.measured().forEach((metric, value) -> add(tool.name(), metric, value));
  }

  void addAll(Results others) {
    others.values.forEach(
        (who, of) -> of.forEach((what, list) -> list.forEach(value -> add(who, what, value))));
  }

  /** Everybody who did something, in the order of their first results. */
  List<String> who() {
    return List.copyOf(values.keySet());
  }

  /** What was measured of somebody, in the order in which it first was. */
  List<String> what(String who) {
    return List.copyOf(values.getOrDefault(who, Map.of()).keySet());
  }

  /** The values of one thing, smallest first; empty if it was not measured. */
  List<Long> sorted(String who, String what) {
    List<Long> sorted =
        new ArrayList<>(values.getOrDefault(who, Map.of()).getOrDefault(what, List.of()));
    Collections.sort(sorted);
    return sorted;
  }

  Optional<Long> median(String who, String what) {
    List<Long> sorted = sorted(who, what);
    return sorted.isEmpty() ? Optional.empty() : Optional.of(sorted.get(sorted.size() / 2));
  }

  Optional<Long> median(String who, Metric metric) {
    return median(who, metric.name());
  }
}
