package dev.ckpt.convert.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.HashMap;
import java.util.Map;

/** A record: an object with a field for each component, which may come in any order. */
final class RecordShape implements Shape {
  private final RecordComponent[] components;
  private final Shape[] shapes;
  private final Map<String, Integer> places = new HashMap<>();
  private final Constructor<? extends Record> constructor;

  RecordShape(Class<? extends Record> type) {
    components = type.getRecordComponents();
    shapes = new Shape[components.length];
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      shapes[i] = Shapes.of(components[i].getGenericType(), components[i].getName());
      places.put(components[i].getName(), i);
    }
    try {
      constructor = type.getDeclaredConstructor(types);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(type + " has no canonical constructor", e);
    }
  }

  /** The values of one that is being read. */
  final class Values {
    private final Object[] values = new Object[components.length];

    /** Reads the value of a field, whose name is the current token. */
    void read(String name, JsonInput in) throws IOException {
      Integer place = places.get(name);
      if (place == null) {
        throw in.bad("a field of " + places.keySet());
      } else if (values[place] != null) {
        throw in.bad("no field twice");
      }
      in.next();
      values[place] = shapes[place].read(in);
    }

    /** The record of all of them. */
    Record make(JsonInput in) throws IOException {
      for (int i = 0; i < values.length; i++) {
        if (values[i] == null) {
          throw in.bad("a field " + components[i].getName());
        }
      }
      try {
        return constructor.newInstance(values);
      } catch (InvocationTargetException e) {
        if (e.getCause() instanceof IllegalArgumentException rule) {
          throw in.invalid(rule);
        }
        throw new IllegalStateException(constructor.toString(), e);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(constructor.toString(), e);
      }
    }
  }

  /** Begins to read one. */
  Values values() {
    return new Values();
  }

  @Override
  public void write(Object value, JsonGenerator out) throws IOException {
    out.writeStartObject();
    writeFields(value, out);
    out.writeEndObject();
  }

  /** Writes the fields alone. */
  void writeFields(Object record, JsonGenerator out) throws IOException {
    for (int i = 0; i < components.length; i++) {
      out.writeFieldName(components[i].getName());
      shapes[i].write(get(record, components[i]), out);
    }
  }

  private static Object get(Object record, RecordComponent component) {
    try {
      return component.getAccessor().invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(record.getClass() + " " + component, e);
    }
  }

  @Override
  public Object read(JsonInput in) throws IOException {
    in.require(JsonToken.START_OBJECT, "an object");
    Values values = values();
    while (in.next() == JsonToken.FIELD_NAME) {
      values.read(in.text(), in);
    }
    return values.make(in);
  }

  @Override
  public void schema(JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("type", "object");
    out.writeObjectFieldStart("properties");
    writeProperties(out);
    out.writeEndObject();
    Schemas.only(out, names());
    out.writeEndObject();
  }

  /** Writes the schema of each field as a field. */
  void writeProperties(JsonGenerator out) throws IOException {
    for (int i = 0; i < components.length; i++) {
      out.writeFieldName(components[i].getName());
      shapes[i].schema(out);
    }
  }

  /** The names of the fields, in their order. */
  String[] names() {
    String[] names = new String[components.length];
    for (int i = 0; i < names.length; i++) {
      names[i] = components[i].getName();
    }
    return names;
  }
}
