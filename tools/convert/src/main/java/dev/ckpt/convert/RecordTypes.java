package dev.ckpt.convert;

import dev.ckpt.format.ObjectType;
import dev.ckpt.format.record.ImageRecord;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * The record classes of the format by the types of their objects. The codec tells which is whose:
 * no table needs to be kept beside the format's own.
 */
public final class RecordTypes {
  private static final String CODEC = "CODEC";

  private static final Map<ObjectType, Class<? extends Record>> CLASSES = classes();

  /** What a writer of images makes by itself of the others. */
  private static final Set<ObjectType> DERIVED =
      EnumSet.of(
          ObjectType.SEAL, ObjectType.PAGE_ARRAY_COMPRESSED, ObjectType.INDEX, ObjectType.TAIL);

  private RecordTypes() {}

  /** The record class of a type. */
  public static Class<? extends Record> of(ObjectType type) {
    return CLASSES.get(type);
  }

  /** The types of the objects that a converter has to do with. */
  public static Set<ObjectType> converted() {
    return EnumSet.complementOf(EnumSet.copyOf(DERIVED));
  }

  private static Map<ObjectType, Class<? extends Record>> classes() {
    Map<ObjectType, Class<? extends Record>> classes = new EnumMap<>(ObjectType.class);
    add(ImageRecord.class, classes);
    if (classes.size() != ObjectType.values().length) {
      throw new IllegalStateException("types without a record: " + classes.keySet());
    }
    return classes;
  }

  private static void add(Class<?> type, Map<ObjectType, Class<? extends Record>> classes) {
    if (type.isSealed()) {
      for (Class<?> permitted : type.getPermittedSubclasses()) {
        add(permitted, classes);
      }
      return;
    }
    Object codec = codec(type);
    for (ObjectType each : ObjectType.values()) {
      if (each.codec() == codec) {
        classes.put(each, type.asSubclass(Record.class));
      }
    }
  }

  private static Object codec(Class<?> type) {
    try {
      return type.getField(CODEC).get(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " has no codec", e);
    }
  }
}
