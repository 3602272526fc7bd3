package dev.ckpt.convert.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A list of values of one shape. How many it may have is the record's to say. */
final class ListShape implements Shape {
  private static final int COUNT_BYTES = 4;

  private final Shape element;

  ListShape(Shape element) {
    this.element = element;
  }

  @Override
  public void write(Object value, JsonGenerator out) throws IOException {
    out.writeStartArray();
    for (Object each : (List<?>) value) {
      element.write(each, out);
    }
    out.writeEndArray();
  }

  @Override
  public Object read(JsonInput in) throws IOException {
    in.spend(COUNT_BYTES);
    in.require(JsonToken.START_ARRAY, "a list");
    List<Object> values = new ArrayList<>();
    while (in.next() != JsonToken.END_ARRAY) {
      // NB: each takes bytes of what an object may have, so that the list ends somewhere.
      values.add(element.read(in));
    }
    return values;
  }

  @Override
  public void schema(JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("type", "array");
    out.writeFieldName("items");
    element.schema(out);
    out.writeEndObject();
  }
}
