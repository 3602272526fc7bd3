package dev.ckpt.convert.json;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** The parts of the schema that others refer to. */
final class Schemas {
  static final String NUMBER_32 = "number32";
  static final String NUMBER_64 = "number64";
  static final String BYTES = "bytes";
  static final String SOCKET_ADDRESS = "socketAddress";
  static final String PAGES = "pages";

  private Schemas() {}

  /** Writes a schema that is what one of the definitions says. */
  static void reference(String definition, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("$ref", "#/$defs/" + definition);
    out.writeEndObject();
  }

  /** Writes the schema of a text as a field. */
  static void text(String field, String pattern, JsonGenerator out) throws IOException {
    out.writeObjectFieldStart(field);
    out.writeStringField("type", "string");
    out.writeStringField("pattern", pattern);
    out.writeEndObject();
  }

  /** Writes that an object has all of these fields and no other. */
  static void only(JsonGenerator out, String... fields) throws IOException {
    out.writeArrayFieldStart("required");
    for (String field : fields) {
      out.writeString(field);
    }
    out.writeEndArray();
    out.writeBooleanField("additionalProperties", false);
  }
}
