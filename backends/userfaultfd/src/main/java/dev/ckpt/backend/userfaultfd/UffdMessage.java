package dev.ckpt.backend.userfaultfd;

import java.nio.ByteBuffer;

/**
 * What a userfaultfd tells.
 *
 * <p>Source: {@code struct uffd_msg} in linux/userfaultfd.h.
 */
final class UffdMessage {
  /** Size in bytes. */
  static final int BYTES = 32;

  /** Somebody waits for a page. */
  static final int PAGEFAULT = 0x12;

  /** The task has a child, with a userfaultfd of its own. */
  static final int FORK = 0x13;

  /** Memory was moved. */
  static final int REMAP = 0x14;

  /** Pages were discarded. */
  static final int REMOVE = 0x15;

  /** Memory was unmapped. */
  static final int UNMAP = 0x16;

  private static final int ARGUMENT = 8;

  private final ByteBuffer bytes;
  private final int at;

  /** One that stands in a little-endian buffer. */
  UffdMessage(ByteBuffer bytes, int at) {
    this.bytes = bytes;
    this.at = at;
  }

  /** Which it is; 0 of none. */
  int event() {
    return bytes.get(at) & 0xff;
  }

  /** Of PAGEFAULT: where. */
  long address() {
    return argument(1);
  }

  /** Of FORK: the descriptor that reading this has opened for us. */
  int forked() {
    return bytes.getInt(at + ARGUMENT);
  }

  /** Of REMAP: from where. Of REMOVE and UNMAP: the first byte. */
  long from() {
    return argument(0);
  }

  /** Of REMAP: to where. Of REMOVE and UNMAP: behind the last byte. */
  long to() {
    return argument(1);
  }

  /** Of REMAP: how much. */
  long movedBytes() {
    return argument(2);
  }

  private long argument(int number) {
    return bytes.getLong(at + ARGUMENT + Long.BYTES * number);
  }
}
