package dev.ckpt.convert.json;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** How values of one Java type look in JSON. What writes them and what reads them is one file. */
interface Shape {
  /** Writes a value. */
  void write(Object value, JsonGenerator out) throws IOException;

  /**
   * Reads a value, whose first token is the current one; the last one is current then.
   *
   * @throws dev.ckpt.convert.BadInputException if it is none of this type
   */
  Object read(JsonInput in) throws IOException;

  /** Writes the JSON Schema of such values, as an object. */
  void schema(JsonGenerator out) throws IOException;
}
