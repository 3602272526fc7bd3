package dev.ckpt.convert.json;

import dev.ckpt.format.ByteString;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** The one place that says how each type of a record's component looks in JSON. */
final class Shapes {
  /** Components that are socket addresses in some records, and text in others. */
  private static final Set<String> ADDRESSES = Set.of("name", "peer", "sender", "receiver");

  private Shapes() {}

  /**
   * The shape of a component.
   *
   * @param name of the component: numbers are written as people read those of its kind
   */
  static Shape of(Type type, String name) {
    if (type == int.class || type == Integer.class) {
      return NumberShape.ofInt(name);
    } else if (type == long.class) {
      return NumberShape.ofLong(name);
    } else if (type == boolean.class) {
      return new BooleanShape();
    } else if (type == ByteString.class) {
      return ADDRESSES.contains(name) ? new SocketAddressShape() : new BytesShape();
    } else if (type == UUID.class) {
      return new UuidShape();
    } else if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
      return new ListShape(of(list.getActualTypeArguments()[0], name));
    } else if (type instanceof Class<?> named && named.isEnum()) {
      return new EnumShape(named);
    } else if (type instanceof Class<?> named && named.isRecord()) {
      return new RecordShape(named.asSubclass(Record.class));
    }
    throw new IllegalArgumentException("no shape for " + type + " " + name);
  }
}
