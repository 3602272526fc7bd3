package dev.ckpt.convert.kryo;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.KryoException;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import com.esotericsoftware.kryo.kryo5.serializers.ImmutableSerializer;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;

/**
 * Writes and reads records of one class: the components in their order, and nothing else. NB: the
 * serializer of records that comes with Kryo hands lists to others, which believe every length.
 */
final class RecordSerializer extends ImmutableSerializer<Record> implements Field {
  private final RecordComponent[] components;
  private final Field[] fields;
  private final Constructor<? extends Record> constructor;

  RecordSerializer(Class<? extends Record> type) {
    components = type.getRecordComponents();
    fields = new Field[components.length];
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      fields[i] = Field.of(components[i].getGenericType());
    }
    try {
      constructor = type.getDeclaredConstructor(types);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(type + " has no canonical constructor", e);
    }
  }

  @Override
  public void write(Kryo kryo, Output out, Record record) {
    write(record, out);
  }

  @Override
  public Record read(Kryo kryo, Input in, Class<? extends Record> type) {
    return read((BoundedInput) in);
  }

  @Override
  public void write(Object record, Output out) {
    for (int i = 0; i < components.length; i++) {
      fields[i].write(get(record, components[i]), out);
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
  public Record read(BoundedInput in) {
    Object[] values = new Object[fields.length];
    for (int i = 0; i < fields.length; i++) {
      values[i] = fields[i].read(in);
    }
    try {
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException rule) {
        throw new KryoException(rule.getMessage(), rule);
      }
      throw new IllegalStateException(constructor.toString(), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(constructor.toString(), e);
    }
  }
}
