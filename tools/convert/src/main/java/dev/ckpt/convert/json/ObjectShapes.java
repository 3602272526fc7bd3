package dev.ckpt.convert.json;

import dev.ckpt.convert.RecordTypes;
import dev.ckpt.format.ObjectType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How each object of an image looks: an object of JSON whose first field is its {@code type}. The
 * fields of the record follow beside those that any object may have.
 */
final class ObjectShapes {
  /** The name of the type; a number is that of a type that this build does not know. */
  static final String TYPE = "type";

  /** By what others refer to it. */
  static final String OBJREF = "objref";

  /** By what the pages were compressed in the image. */
  static final String CODEC = "codec";

  /** The pages of a page array, or where they are. */
  static final String PAGES = "pages";

  /** Where in the file of the pages. */
  static final String OFFSET = "offset";

  /** The bytes of an object of an unknown type. */
  static final String PAYLOAD = "payload";

  private static final Map<String, ObjectType> TYPES = new LinkedHashMap<>();
  private static final Map<ObjectType, RecordShape> SHAPES = new LinkedHashMap<>();

  static {
    for (ObjectType type : RecordTypes.converted()) {
      TYPES.put(type.name(), type);
      SHAPES.put(type, new RecordShape(RecordTypes.of(type)));
    }
  }

  private ObjectShapes() {}

  /** The type of a name. */
  static Optional<ObjectType> type(String name) {
    return Optional.ofNullable(TYPES.get(name));
  }

  /** The shape of a type's record. */
  static RecordShape of(ObjectType type) {
    return SHAPES.get(type);
  }

  /** All of them, in the order of the types. */
  static Map<ObjectType, RecordShape> all() {
    return SHAPES;
  }
}
