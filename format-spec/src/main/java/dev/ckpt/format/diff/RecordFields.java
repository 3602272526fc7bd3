package dev.ckpt.format.diff;

import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.ObjectReference;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The fields of a record by their names, those of records and lists within it too. */
final class RecordFields {
  private static final String NONE = "none";

  /** How references of one image are told from each other, and compared with the other's. */
  interface References {
    /** Whether two objects are the same thing. */
    boolean same(int a, int b);

    /** What people call an object of the first image. */
    String nameInA(int objref);

    /** What people call an object of the second one. */
    String nameInB(int objref);
  }

  /** A reference to another object. */
  private record Reference(int objref) {}

  private final Map<String, Object> values = new LinkedHashMap<>();
  private final Set<String> referring = new LinkedHashSet<>();

  private RecordFields(ImageRecord record) {
    for (ObjectReference reference : record.references()) {
      referring.add(reference.field());
    }
    addComponents("", (Record) record);
  }

  private void addComponents(String prefix, Record record) {
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      add(prefix + component.getName(), component.getName(), get(record, component));
    }
  }

  private void add(String path, String name, Object value) {
    if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        add(path + "[" + i + "]", name, list.get(i));
      }
    } else if (value instanceof Record record) {
      addComponents(path + ".", record);
    } else if (value instanceof Integer objref && referring.contains(name)) {
      values.put(path, new Reference(objref));
    } else {
      values.put(path, value);
    }
  }

  private static Object get(Record record, RecordComponent component) {
    try {
      return component.getAccessor().invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(record.getClass() + " " + component, e);
    }
  }

  /**
   * Which fields of two records of one class differ.
   *
   * @param left which components of the records, by their names, are left out
   */
  static List<FieldDiff> compare(
      ImageRecord a, ImageRecord b, References references, Predicate<String> left) {
    Map<String, Object> ofA = new RecordFields(a).values;
    Map<String, Object> ofB = new RecordFields(b).values;
    Set<String> names = new LinkedHashSet<>(ofA.keySet());
    names.addAll(ofB.keySet());
    List<FieldDiff> differing = new ArrayList<>();
    for (String name : names) {
      Object inA = ofA.getOrDefault(name, NONE);
      Object inB = ofB.getOrDefault(name, NONE);
      boolean same =
          inA instanceof Reference refA && inB instanceof Reference refB
              ? references.same(refA.objref(), refB.objref())
              : inA.equals(inB);
      if (!same && !left.test(name)) {
        differing.add(
            new FieldDiff(
                name,
                inA instanceof Reference ref
                    ? references.nameInA(ref.objref())
                    : text(name, inA, inB),
                inB instanceof Reference ref
                    ? references.nameInB(ref.objref())
                    : text(name, inB, inA)));
      }
    }
    return differing;
  }

  private static String text(String name, Object value, Object other) {
    // A reference to nothing is a field of 0, and not among the references.
    return other instanceof Reference ? NONE : FieldText.of(name, value, other);
  }
}
