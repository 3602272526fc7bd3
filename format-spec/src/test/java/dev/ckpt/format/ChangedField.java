package dev.ckpt.format;

import dev.ckpt.format.record.ImageRecord;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A record with another value in one of its fields.
 *
 * @param name of the field
 */
record ChangedField(String name, ImageRecord record) {
  /** One for each field of a record that can have another value while the others stay. */
  static List<ChangedField> of(ImageRecord record) throws ReflectiveOperationException {
    RecordComponent[] components = record.getClass().getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    Constructor<?> constructor = record.getClass().getDeclaredConstructor(types);
    Object[] values = new Object[components.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = components[i].getAccessor().invoke(record);
    }
    List<ChangedField> changes = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      for (Object other : others(values[i])) {
        Object[] changed = values.clone();
        changed[i] = other;
        Optional<ImageRecord> made = make(constructor, changed);
        if (made.isPresent() && !made.get().equals(record)) {
          changes.add(new ChangedField(components[i].getName(), made.get()));
          break;
        }
      }
    }
    return changes;
  }

  private static Optional<ImageRecord> make(Constructor<?> constructor, Object[] values)
      throws ReflectiveOperationException {
    try {
      return Optional.of((ImageRecord) constructor.newInstance(values));
    } catch (InvocationTargetException e) {
      // The other fields do not allow this value.
      return Optional.empty();
    }
  }

  /** Values that a field may have instead. */
  private static List<Object> others(Object value) {
    if (value instanceof Integer number) {
      return List.of(number + 1, number - 1, number ^ 2, number ^ 4, 0, 1);
    }
    if (value instanceof Long number) {
      return List.of(number + 1, number + 4096, number - 4096, number ^ 2, 0L);
    }
    if (value instanceof Boolean flag) {
      return List.of(!flag);
    }
    if (value instanceof UUID) {
      return List.of(new UUID(5, 5));
    }
    if (value instanceof ByteString bytes && !bytes.isEmpty()) {
      byte[] other = bytes.toByteArray();
      other[other.length - 1] ^= 1;
      return List.of(ByteString.of(other));
    }
    if (value instanceof List<?> list && !list.isEmpty()) {
      return List.of(list.subList(0, list.size() - 1));
    }
    return List.of();
  }
}
