package dev.ckpt.convert.json;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The name of a constant. */
final class EnumShape implements Shape {
  private static final int BYTES = 4;

  private final Map<String, Enum<?>> constants = new LinkedHashMap<>();

  EnumShape(Class<?> type) {
    for (Object constant : type.getEnumConstants()) {
      constants.put(((Enum<?>) constant).name(), (Enum<?>) constant);
    }
  }

  @Override
  public void write(Object value, JsonGenerator out) throws IOException {
    out.writeString(((Enum<?>) value).name());
  }

  @Override
  public Object read(JsonInput in) throws IOException {
    in.spend(BYTES);
    String expected = "one of " + String.join(", ", constants.keySet());
    Enum<?> constant = constants.get(in.string(expected));
    if (constant == null) {
      throw in.bad(expected);
    }
    return constant;
  }

  @Override
  public void schema(JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeArrayFieldStart("enum");
    for (String name : constants.keySet()) {
      out.writeString(name);
    }
    out.writeEndArray();
    out.writeEndObject();
  }
}
