package dev.ckpt.convert.json;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.UUID;
import java.util.regex.Pattern;

/** The text form of a UUID (RFC 9562). */
final class UuidShape implements Shape {
  private static final String TEXT = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";
  private static final Pattern PATTERN = Pattern.compile(TEXT, Pattern.CASE_INSENSITIVE);
  private static final int BYTES = 16;

  @Override
  public void write(Object value, JsonGenerator out) throws IOException {
    out.writeString(value.toString());
  }

  @Override
  public Object read(JsonInput in) throws IOException {
    in.spend(BYTES);
    String text = in.string("a UUID");
    if (!PATTERN.matcher(text).matches()) {
      throw in.bad("a UUID");
    }
    return UUID.fromString(text);
  }

  @Override
  public void schema(JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("type", "string");
    out.writeStringField("pattern", TEXT);
    out.writeEndObject();
  }
}
