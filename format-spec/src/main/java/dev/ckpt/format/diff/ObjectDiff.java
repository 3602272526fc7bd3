package dev.ckpt.format.diff;

import dev.ckpt.format.record.ImageRecord;
import java.util.List;

/**
 * An object of the state that is not the same in two images.
 *
 * @param where it is
 * @param name what it is, as in {@code FD 5} or {@code PIPE of FD 5}
 * @param what mapping or file it is, by its path or the kernel's name; of others empty
 * @param record as the first image has it, or else the second
 * @param fields that differ; none unless both images have it
 */
public record ObjectDiff(
    Where where, String name, String what, ImageRecord record, List<FieldDiff> fields) {
  /** Which of the images has an object. */
  public enum Where {
    BOTH,
    ONLY_A,
    ONLY_B
  }

  /** Makes the list unchangeable. */
  public ObjectDiff {
    fields = List.copyOf(fields);
  }

  /** The same with the images exchanged. */
  ObjectDiff swapped() {
    Where other =
        switch (where) {
          case BOTH -> Where.BOTH;
          case ONLY_A -> Where.ONLY_B;
          case ONLY_B -> Where.ONLY_A;
        };
    return new ObjectDiff(
        other,
        name,
        what,
        record,
        fields.stream().map(field -> new FieldDiff(field.name(), field.b(), field.a())).toList());
  }
}
