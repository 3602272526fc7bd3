package dev.ckpt.format;

import dev.ckpt.format.record.ImageRecord;

/**
 * One object as it was read.
 *
 * @param offset of its header, in bytes from the first one of the stream
 * @param objref what others refer to it by, or 0
 * @param record its content; of a page array the table only
 */
public record ImageObject(long offset, int objref, ImageRecord record) {
  /** The same in its place with another content. */
  ImageObject with(ImageRecord other) {
    return new ImageObject(offset, objref, other);
  }
}
