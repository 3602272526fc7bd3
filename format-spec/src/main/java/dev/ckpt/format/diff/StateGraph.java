package dev.ckpt.format.diff;

import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.ObjectReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The objects of a state, by what leads to them. Some are known by themselves: a thread, a mapping,
 * a descriptor, a file with a path. Some are what those refer to, such as the pipe behind a
 * descriptor. Some are attached to what they refer to, such as the lock of an open file.
 *
 * <p>So each has a name that says what it is in any image of the task, while object references are
 * numbers that say nothing.
 */
final class StateGraph {
  private final List<ImageObject> objects = new ArrayList<>();
  private final Map<Integer, ImageObject> byObjref = new HashMap<>();
  private final TreeMap<ObjectKey, ImageObject> roots = new TreeMap<>();
  private final Map<Integer, TreeMap<ObjectKey, ImageObject>> attached = new HashMap<>();

  /** NB: by identity: to hash an object takes all that is in it. */
  private final Map<ImageObject, String> names = new IdentityHashMap<>();

  private final Map<String, Integer> named = new HashMap<>();

  /** How many objects have a key, but for its last part. */
  private final Map<Slot, Integer> keys = new HashMap<>();

  private record Slot(int to, ObjectKey key) {}

  StateGraph(ImageState state) {
    for (ImageObject object : state.objects()) {
      ObjectType type = object.record().type();
      if (type == ObjectType.PARENT_IMAGE || type == ObjectType.PARENT_PAGES) {
        continue;
      }
      objects.add(object);
      if (object.objref() != 0) {
        byObjref.put(object.objref(), object);
      }
      if (isAttached(object.record())) {
        int to = object.record().references().get(0).objref();
        attached.computeIfAbsent(to, objref -> new TreeMap<>()).put(key(to, object), object);
      } else if (isRoot(type)) {
        roots.put(key(0, object), object);
      }
    }
    roots.forEach(this::nameFrom);
    nameWhatNothingLeadsTo();
  }

  /** Whether it is known by itself, so that a path or address says which it is. */
  static boolean isRoot(ObjectType type) {
    return !type.referable()
        || switch (type) {
          case MM, FILE_REF, GHOST_FILE, GHOST_FOLDER, SYSV_SHM -> true;
          default -> false;
        };
  }

  /** Whether it belongs to what it refers to first. */
  private static boolean isAttached(ImageRecord record) {
    ObjectType type = record.type();
    return !type.referable()
        && type != ObjectType.FD
        && type != ObjectType.VMA
        && type != ObjectType.SECCOMP
        && !record.references().isEmpty();
  }

  /** Its key among those that are attached to one object, or to none. */
  private ObjectKey key(int to, ImageObject object) {
    ObjectKey key = ObjectKey.of(object.record());
    return key.withNr(keys.merge(new Slot(to, key), 1, Integer::sum));
  }

  private void nameFrom(ObjectKey key, ImageObject root) {
    String label = key.label();
    names.put(root, label);
    ArrayDeque<ImageObject> open = new ArrayDeque<>(List.of(root));
    while (!open.isEmpty()) {
      ImageObject object = open.removeFirst();
      for (ObjectReference reference : object.record().references()) {
        ImageObject target = byObjref.get(reference.objref());
        ObjectType type = target.record().type();
        if (!isRoot(type) && !names.containsKey(target)) {
          name(target, type.name() + " of " + label);
          open.addLast(target);
        }
      }
      attached(object)
          .forEach(
              (inner, attachment) -> {
                if (!names.containsKey(attachment)) {
                  name(attachment, inner.withNr(1).label() + " of " + label);
                  open.addLast(attachment);
                }
              });
    }
  }

  private void name(ImageObject object, String name) {
    int nr = named.merge(name, 1, Integer::sum);
    names.put(object, nr == 1 ? name : name + " (" + nr + ")");
  }

  /** NB: the last ones first, for an object stands behind what it refers to. */
  private void nameWhatNothingLeadsTo() {
    for (int i = objects.size() - 1; i >= 0; i--) {
      ImageObject object = objects.get(i);
      if (!names.containsKey(object) && !isAttached(object.record())) {
        ObjectKey key = key(0, object);
        roots.put(key, object);
        nameFrom(key, object);
      }
    }
  }

  /** All of them, in the order of the stream, but for those that say what is in a parent. */
  List<ImageObject> objects() {
    return objects;
  }

  /** Those that are known by themselves. */
  SortedMap<ObjectKey, ImageObject> roots() {
    return roots;
  }

  /** What is attached to an object. */
  SortedMap<ObjectKey, ImageObject> attached(ImageObject object) {
    return object.objref() == 0
        ? new TreeMap<>()
        : attached.getOrDefault(object.objref(), new TreeMap<>());
  }

  /** What a reference leads to. */
  ImageObject get(int objref) {
    return byObjref.get(objref);
  }

  /** What people call an object. */
  String name(ImageObject object) {
    return names.get(object);
  }
}
