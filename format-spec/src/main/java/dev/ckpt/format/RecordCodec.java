package dev.ckpt.format;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.record.ImageRecord;

/**
 * Writes and reads the payload of one record type. Both halves stand beside each other in the
 * record's file, because they must change together.
 */
public interface RecordCodec<T extends ImageRecord> {
  /** Writes all fields in on-disk order. */
  void write(T value, RecordOutput out);

  /**
   * Reads all fields. What the record's constructor refuses with an {@link
   * IllegalArgumentException} is reported as corruption by the caller.
   */
  T read(RecordInput in) throws CorruptImageException;
}
