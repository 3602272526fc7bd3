package dev.ckpt.convert.criu;

import com.google.protobuf.ByteString;

/** Bytes of an image as bytes of a message, and the other way round. */
final class Protos {
  private static final int WORD_BITS = 32;

  private Protos() {}

  static ByteString bytes(dev.ckpt.format.ByteString bytes) {
    return ByteString.copyFrom(bytes.asByteBuffer());
  }

  static dev.ckpt.format.ByteString bytes(ByteString bytes) {
    return dev.ckpt.format.ByteString.of(bytes.asReadOnlyByteBuffer());
  }

  /** The low half of a mask, which CRIU has in two. */
  static int low(long mask) {
    return (int) mask;
  }

  /** The high half. */
  static int high(long mask) {
    return (int) (mask >>> WORD_BITS);
  }

  /** Both halves, of which the second may be missing. */
  static long mask(java.util.List<Integer> words) {
    long mask = words.isEmpty() ? 0 : Integer.toUnsignedLong(words.get(0));
    return words.size() < 2 ? mask : mask | (long) words.get(1) << WORD_BITS;
  }
}
