package dev.ckpt.convert.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.record.PageCodec;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The JSON Schema (draft 2020-12) of images as JSON, as the shapes say it. */
public final class JsonSchema {
  private static final String DRAFT = "https://json-schema.org/draft/2020-12/schema";
  private static final String UNKNOWN = "unknown";
  private static final NumberShape OBJREF = NumberShape.ofInt(ObjectShapes.OBJREF);
  private static final NumberShape OFFSET = NumberShape.ofLong(ObjectShapes.OFFSET);

  private JsonSchema() {}

  /** The text of it, with a newline at the end. */
  public static String text() throws IOException {
    StringWriter text = new StringWriter();
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentObjectsWith(indenter);
    printer.indentArraysWith(indenter);
    try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
      out.setPrettyPrinter(printer);
      document(out);
    }
    return text + "\n";
  }

  private static void document(JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("$schema", DRAFT);
    out.writeStringField("title", "An image of ckpt as JSON, version " + JsonFormat.VERSION);
    out.writeStringField("type", "object");
    out.writeObjectFieldStart("properties");
    out.writeObjectFieldStart("format");
    out.writeStringField("const", JsonFormat.FORMAT);
    out.writeEndObject();
    out.writeObjectFieldStart("version");
    out.writeNumberField("const", JsonFormat.VERSION);
    out.writeEndObject();
    Schemas.text("pages", "^[^/]+$", out);
    out.writeObjectFieldStart("objects");
    out.writeStringField("type", "array");
    out.writeObjectFieldStart("items");
    out.writeArrayFieldStart("anyOf");
    for (ObjectType type : ObjectShapes.all().keySet()) {
      Schemas.reference(type.name(), out);
    }
    Schemas.reference(UNKNOWN, out);
    out.writeEndArray();
    out.writeEndObject();
    out.writeEndObject();
    out.writeEndObject();
    Schemas.only(out, "format", "version", "objects");
    definitions(out);
    out.writeEndObject();
  }

  private static void definitions(JsonGenerator out) throws IOException {
    out.writeObjectFieldStart("$defs");
    out.writeFieldName(Schemas.NUMBER_32);
    NumberShape.define(false, out);
    out.writeFieldName(Schemas.NUMBER_64);
    NumberShape.define(true, out);
    out.writeFieldName(Schemas.BYTES);
    BytesShape.define(out);
    out.writeFieldName(Schemas.SOCKET_ADDRESS);
    SocketAddressShape.define(out);
    out.writeFieldName(Schemas.PAGES);
    PagePieces.define(out);
    for (Map.Entry<ObjectType, RecordShape> each : ObjectShapes.all().entrySet()) {
      out.writeFieldName(each.getKey().name());
      object(each.getKey(), each.getValue(), out);
    }
    out.writeFieldName(UNKNOWN);
    unknown(out);
    out.writeEndObject();
  }

  private static void object(ObjectType type, RecordShape shape, JsonGenerator out)
      throws IOException {
    List<String> required = new ArrayList<>(List.of(ObjectShapes.TYPE));
    out.writeStartObject();
    out.writeStringField("type", "object");
    out.writeObjectFieldStart("properties");
    out.writeObjectFieldStart(ObjectShapes.TYPE);
    out.writeStringField("const", type.name());
    out.writeEndObject();
    out.writeFieldName(ObjectShapes.OBJREF);
    OBJREF.schema(out);
    if (type.referable()) {
      required.add(ObjectShapes.OBJREF);
    }
    shape.writeProperties(out);
    required.addAll(List.of(shape.names()));
    if (type == ObjectType.PAGE_ARRAY) {
      pages(out);
    }
    out.writeEndObject();
    Schemas.only(out, required.toArray(String[]::new));
    out.writeEndObject();
  }

  private static void pages(JsonGenerator out) throws IOException {
    out.writeFieldName(ObjectShapes.CODEC);
    new EnumShape(PageCodec.class).schema(out);
    out.writeObjectFieldStart(ObjectShapes.PAGES);
    out.writeArrayFieldStart("anyOf");
    Schemas.reference(Schemas.PAGES, out);
    out.writeStartObject();
    out.writeStringField("type", "object");
    out.writeObjectFieldStart("properties");
    out.writeFieldName(ObjectShapes.OFFSET);
    OFFSET.schema(out);
    out.writeEndObject();
    Schemas.only(out, ObjectShapes.OFFSET);
    out.writeEndObject();
    out.writeEndArray();
    out.writeEndObject();
  }

  private static void unknown(JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("type", "object");
    out.writeObjectFieldStart("properties");
    out.writeObjectFieldStart(ObjectShapes.TYPE);
    out.writeStringField("type", "integer");
    out.writeNumberField("minimum", 0);
    out.writeNumberField("maximum", 0xffff);
    out.writeEndObject();
    out.writeFieldName(ObjectShapes.OBJREF);
    OBJREF.schema(out);
    out.writeFieldName(ObjectShapes.PAYLOAD);
    Schemas.reference(Schemas.BYTES, out);
    out.writeEndObject();
    Schemas.only(out, ObjectShapes.TYPE, ObjectShapes.PAYLOAD);
    out.writeEndObject();
  }
}
