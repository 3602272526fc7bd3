package dev.ckpt.convert.json;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a document has that its JSON Schema does not allow; as much of draft 2020-12 as the schema
 * of images uses. A keyword that it does not know is an error.
 */
final class SchemaCheck {
  private static final Set<String> SAY_NOTHING = Set.of("$schema", "title", "$defs");

  private final Map<?, ?> definitions;

  private SchemaCheck(Map<?, ?> definitions) {
    this.definitions = definitions;
  }

  /** All that is wrong, each with its place. */
  static List<String> faults(Object schema, Object document) {
    SchemaCheck check = new SchemaCheck((Map<?, ?>) ((Map<?, ?>) schema).get("$defs"));
    return check.faults("", (Map<?, ?>) schema, document);
  }

  private List<String> faults(String place, Map<?, ?> schema, Object value) {
    List<String> faults = new ArrayList<>();
    schema.forEach(
        (keyword, rule) -> {
          if (!SAY_NOTHING.contains(keyword)) {
            faults.addAll(faults(place, (String) keyword, rule, schema, value));
          }
        });
    return faults;
  }

  private List<String> faults(
      String place, String keyword, Object rule, Map<?, ?> schema, Object value) {
    boolean holds =
        switch (keyword) {
          case "$ref" -> {
            String name = ((String) rule).replace("#/$defs/", "");
            Map<?, ?> definition = (Map<?, ?>) definitions.get(name);
            yield definition != null && faults(place, definition, value).isEmpty();
          }
          case "anyOf" ->
              ((List<?>) rule)
                  .stream().anyMatch(one -> faults(place, (Map<?, ?>) one, value).isEmpty());
          case "type" -> isOfType((String) rule, value);
          case "const" -> rule.equals(value);
          case "enum" -> ((List<?>) rule).contains(value);
          case "pattern" ->
              !(value instanceof String text)
                  || Pattern.compile((String) rule).matcher(text).find();
          case "minimum" -> !(value instanceof BigInteger n) || n.compareTo((BigInteger) rule) >= 0;
          case "maximum" -> !(value instanceof BigInteger n) || n.compareTo((BigInteger) rule) <= 0;
          case "required" ->
              !(value instanceof Map<?, ?> map) || map.keySet().containsAll((List<?>) rule);
          case "additionalProperties" ->
              !(value instanceof Map<?, ?> map)
                  || ((Map<?, ?>) schema.get("properties")).keySet().containsAll(map.keySet());
          case "properties", "items" -> true;
          default -> throw new AssertionError("unknown keyword " + keyword);
        };
    List<String> faults = new ArrayList<>();
    if (!holds) {
      faults.add(place + ": " + keyword + " " + rule);
    }
    faults.addAll(within(place, keyword, rule, value));
    return faults;
  }

  private List<String> within(String place, String keyword, Object rule, Object value) {
    List<String> faults = new ArrayList<>();
    if (keyword.equals("properties") && value instanceof Map<?, ?> map) {
      ((Map<?, ?>) rule)
          .forEach(
              (name, of) -> {
                if (map.containsKey(name)) {
                  faults.addAll(faults(place + "/" + name, (Map<?, ?>) of, map.get(name)));
                }
              });
    } else if (keyword.equals("items") && value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        faults.addAll(faults(place + "/" + i, (Map<?, ?>) rule, list.get(i)));
      }
    }
    return faults;
  }

  private static boolean isOfType(String type, Object value) {
    return switch (type) {
      case "object" -> value instanceof Map;
      case "array" -> value instanceof List;
      case "string" -> value instanceof String;
      case "integer" -> value instanceof BigInteger;
      case "boolean" -> value instanceof Boolean;
      default -> throw new AssertionError("unknown type " + type);
    };
  }
}
