package dev.ckpt.cli.args;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The arguments of one command, as they were given. */
public final class Arguments {
  private final Map<String, List<String>> values = new LinkedHashMap<>();
  private final List<String> parameters = new ArrayList<>();

  Arguments() {}

  void add(Option option, String value) {
    values.computeIfAbsent(option.name(), name -> new ArrayList<>()).add(value);
  }

  void add(String parameter) {
    parameters.add(parameter);
  }

  /** Whether an option was given. */
  public boolean has(Option option) {
    return values.containsKey(option.name());
  }

  /** How often an option was given. */
  public int count(Option option) {
    return values(option).size();
  }

  /** The value of an option; empty text when it was given without one. */
  public Optional<String> value(Option option) {
    return values(option).stream().findFirst();
  }

  /** The values of an option, in their order. */
  public List<String> values(Option option) {
    return List.copyOf(values.getOrDefault(option.name(), List.of()));
  }

  /** The parameter at a place, if so many were given. */
  public Optional<String> parameter(int index) {
    return index < parameters.size() ? Optional.of(parameters.get(index)) : Optional.empty();
  }

  int nrParameters() {
    return parameters.size();
  }
}
