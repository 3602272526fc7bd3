package dev.ckpt.convert.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.PrettyPrinter;
import java.io.IOException;

/** Puts each field of the document and each object of the image into a line of its own. */
final class LinePerObject implements PrettyPrinter {
  /** Of the document, and of the list of objects in it. */
  private static final int DOCUMENT_DEPTH = 1;

  private static final int OBJECTS_DEPTH = 2;

  private static int depth(JsonGenerator out) {
    return out.getOutputContext().getNestingDepth();
  }

  private static void newline(JsonGenerator out, int atDepth) throws IOException {
    out.writeRaw(depth(out) == atDepth ? '\n' : ' ');
  }

  @Override
  public void writeRootValueSeparator(JsonGenerator out) throws IOException {
    out.writeRaw('\n');
  }

  @Override
  public void writeStartObject(JsonGenerator out) throws IOException {
    out.writeRaw('{');
  }

  @Override
  public void writeEndObject(JsonGenerator out, int nrEntries) throws IOException {
    out.writeRaw('}');
  }

  @Override
  public void writeObjectEntrySeparator(JsonGenerator out) throws IOException {
    out.writeRaw(',');
    newline(out, DOCUMENT_DEPTH);
  }

  @Override
  public void writeObjectFieldValueSeparator(JsonGenerator out) throws IOException {
    out.writeRaw(": ");
  }

  @Override
  public void writeStartArray(JsonGenerator out) throws IOException {
    out.writeRaw('[');
  }

  @Override
  public void writeEndArray(JsonGenerator out, int nrValues) throws IOException {
    out.writeRaw(']');
  }

  @Override
  public void writeArrayValueSeparator(JsonGenerator out) throws IOException {
    out.writeRaw(',');
    newline(out, OBJECTS_DEPTH);
  }

  @Override
  public void beforeArrayValues(JsonGenerator out) throws IOException {
    if (depth(out) == OBJECTS_DEPTH) {
      out.writeRaw('\n');
    }
  }

  @Override
  public void beforeObjectEntries(JsonGenerator out) throws IOException {
    if (depth(out) == DOCUMENT_DEPTH) {
      out.writeRaw('\n');
    }
  }
}
