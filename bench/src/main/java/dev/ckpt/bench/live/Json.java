package dev.ckpt.bench.live;

import java.util.List;
import java.util.stream.Collectors;

/** All values as JSON, for other tools. */
final class Json {
  private Json() {}

  /** One case: who, what, values in order of size. */
  static String of(String name, Results results) {
    String all =
        results.who().stream()
            .map(
                who ->
                    quote(who)
                        + ": {"
                        + results.what(who).stream()
                            .map(what -> quote(what) + ": " + results.sorted(who, what))
                            .collect(Collectors.joining(",\n"))
                        + "}")
            .collect(Collectors.joining(",\n"));
    return quote(name) + ": {" + all + "}";
  }

  /** The whole. */
  static String object(List<String> machine, String cases) {
    String lines = machine.stream().map(Json::quote).collect(Collectors.joining(", "));
    return "{\"machine\": [" + lines + "],\n\"cases\": {" + cases + "}}\n";
  }

  private static String quote(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
