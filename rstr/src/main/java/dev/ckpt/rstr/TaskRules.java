package dev.ckpt.rstr;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.record.ImageRecord;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * What makes one task of the objects of an image: the last paragraphs of SPEC.md's grammar, which a
 * reader of the stream does not check. Looked at before anything else, so that all that follows may
 * rely on it.
 */
public final class TaskRules {
  private final Map<ObjectType, List<ImageObject>> byType = new EnumMap<>(ObjectType.class);
  private final Map<Integer, ImageObject> byObjref = new HashMap<>();
  private final long lastOffset;

  private TaskRules(ImageState state) {
    long last = 0;
    for (ImageObject object : state.objects()) {
      byType.computeIfAbsent(object.record().type(), type -> new ArrayList<>()).add(object);
      if (object.objref() != 0) {
        byObjref.put(object.objref(), object);
      }
      last = object.offset();
    }
    lastOffset = last;
  }

  /**
   * Checks all of them.
   *
   * @throws CorruptImageException with the first object that does not fit, or the last of the state
   *     if one is missing
   */
  public static void check(ImageState state) throws CorruptImageException {
    TaskRules rules = new TaskRules(state);
    ThreadRules.check(rules);
    MemoryRules.check(rules);
    FileRules.check(rules);
    SocketRules.check(rules);
  }

  /** The objects of a type, in the order of the stream. */
  List<ImageObject> all(ObjectType type) {
    return byType.getOrDefault(type, List.of());
  }

  /** The records of a type, in the order of the stream. */
  <T extends ImageRecord> List<T> all(ObjectType type, Class<T> content) {
    return all(type).stream().map(object -> content.cast(object.record())).toList();
  }

  /** All that others may refer to. */
  Iterable<ImageObject> referable() {
    return byObjref.values();
  }

  /** All objects. */
  Iterable<ImageObject> all() {
    return byType.values().stream().flatMap(List::stream).toList();
  }

  /** What a reference leads to; the reader has seen to it that it is there. */
  ImageRecord target(int objref) {
    return byObjref.get(objref).record();
  }

  /** The one object of a type. */
  ImageObject one(ObjectType type) throws CorruptImageException {
    atMostOne(type);
    if (all(type).isEmpty()) {
      throw missing(type, "one");
    }
    return all(type).get(0);
  }

  /** Refuses a second object of a type. */
  void atMostOne(ObjectType type) throws CorruptImageException {
    if (all(type).size() > 1) {
      throw corrupt(all(type).get(1), "only one", "another");
    }
  }

  /** Refuses two objects of a type that say something of the same thing. */
  <T extends ImageRecord> void distinct(
      ObjectType type, Class<T> content, String what, Function<T, Object> thing)
      throws CorruptImageException {
    Set<Object> seen = new HashSet<>();
    for (ImageObject object : all(type)) {
      Object key = thing.apply(content.cast(object.record()));
      if (!seen.add(key)) {
        throw corrupt(object, "only one of " + what + " " + key, "another");
      }
    }
  }

  /** An object that is not there, in a stream whose state ends at its last object. */
  CorruptImageException missing(ObjectType type, String expected) {
    return new CorruptImageException(lastOffset, type.name(), expected, "none up to here");
  }

  /** An object that does not fit the others. */
  static CorruptImageException corrupt(ImageObject object, String expected, String actual) {
    return new CorruptImageException(
        object.offset(), object.record().type().name(), expected, actual);
  }
}
