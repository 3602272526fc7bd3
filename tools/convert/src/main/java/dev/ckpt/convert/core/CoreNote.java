package dev.ckpt.convert.core;

import dev.ckpt.format.ByteString;
import java.io.IOException;

/**
 * A note of a core file, which is not made before it is written: there may be a thousand threads.
 *
 * @param owner whose type it is
 * @param type an NT_ number of linux/elf.h
 * @param descBytes size of its content
 * @param content writes that
 */
record CoreNote(ByteString owner, int type, long descBytes, Content content) {
  /** Of the notes that every system has. */
  static final ByteString CORE = ByteString.of("CORE");

  /** Of the notes that Linux alone has. */
  static final ByteString LINUX = ByteString.of("LINUX");

  private static final int HEADER_BYTES = 3 * Integer.BYTES;
  private static final int ALIGNMENT = 4;

  /** Writes the content of a note. */
  @FunctionalInterface
  interface Content {
    void put(CoreStream out) throws IOException;
  }

  /** Size of all of it. */
  long lenBytes() {
    return HEADER_BYTES + aligned(owner.length() + 1) + aligned(descBytes);
  }

  private static long aligned(long len) {
    return len + ALIGNMENT - 1 & -ALIGNMENT;
  }

  /** Writes it. */
  void put(CoreStream out) throws IOException {
    out.u32(owner.length() + 1).u32((int) descBytes).u32(type).bytes(owner).u8(0).align(ALIGNMENT);
    content.put(out);
    out.align(ALIGNMENT);
  }
}
