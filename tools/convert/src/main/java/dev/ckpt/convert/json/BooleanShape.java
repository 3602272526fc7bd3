package dev.ckpt.convert.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** True or false. */
final class BooleanShape implements Shape {
  private static final int BYTES = 4;

  @Override
  public void write(Object value, JsonGenerator out) throws IOException {
    out.writeBoolean((Boolean) value);
  }

  @Override
  public Object read(JsonInput in) throws IOException {
    in.spend(BYTES);
    JsonToken token = in.token();
    if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
      throw in.bad("true or false");
    }
    return token == JsonToken.VALUE_TRUE;
  }

  @Override
  public void schema(JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("type", "boolean");
    out.writeEndObject();
  }
}
