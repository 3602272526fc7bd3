package dev.ckpt.convert.memory;

import dev.ckpt.format.ByteString;
import java.util.Optional;

/**
 * Memory whose bytes follow one another: a part of the address space, or of a memory object or an
 * embedded file.
 *
 * @param owner what its pages belong to, an object reference
 * @param start address of the first byte, or its offset in the object
 * @param end behind the last one
 * @param object what the object is called; empty of the address space
 */
public record Area(int owner, long start, long end, Optional<ByteString> object) {
  long lenBytes() {
    return end - start;
  }
}
