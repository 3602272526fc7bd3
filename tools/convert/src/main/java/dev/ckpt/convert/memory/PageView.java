package dev.ckpt.convert.memory;

import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageChain;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.Vma;
import java.util.Optional;

/**
 * One page of memory, and where its content is.
 *
 * @param addr of its first byte, or its offset if it is of an object that no mapping led to
 * @param vma the mapping that has it
 * @param object the memory object or embedded file that it is of; empty of private memory
 * @param offset in that object, or in the mapped file
 * @param content what it is
 * @param holder which image has it, if one does
 * @param file the mapped file that it is of, if the file has it and no image
 * @param bytes 4096; none if no image has it, and nobody knows it to be zero
 */
public record PageView(
    long addr,
    Optional<Vma> vma,
    Optional<ByteString> object,
    long offset,
    Content content,
    Optional<ImageChain.Holder> holder,
    Optional<FileRef> file,
    ByteString bytes) {
  /** What a page is. */
  public enum Content {
    /** Its bytes are in an image. */
    DATA,
    /** An image says that it is zero. */
    ZERO,
    /** It was never written, and reads as zeros. */
    UNWRITTEN,
    /** The process cannot read it: guard regions end the one who does. */
    GUARD,
    /** The mapped file has it. */
    FILE,
    /** The kernel makes it, anew on each machine. */
    KERNEL,
    /** There is no such page: no mapping has the address, or the object ends before it. */
    NONE
  }
}
