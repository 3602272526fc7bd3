package dev.ckpt.convert.kryo;

import com.esotericsoftware.kryo.kryo5.KryoException;
import com.esotericsoftware.kryo.kryo5.io.Input;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;

/**
 * Kryo's input, which makes no more of a file than an object may have: whatever is read takes of
 * that first. NB: the lengths that Kryo's own serializers read are believed, and allocated.
 */
final class BoundedInput extends Input {
  private static final int BUFFER_BYTES = 16 << 10;
  private static final int PIECE_BYTES = 64 << 10;

  private long bytesLeft;

  BoundedInput(InputStream stream) {
    super(stream, BUFFER_BYTES);
  }

  /** Begins an object that may have so many bytes. */
  void begin(long maxBytes) {
    bytesLeft = maxBytes;
  }

  /** Takes bytes of what the object may have. */
  void spend(long lenBytes) {
    bytesLeft -= lenBytes;
    if (bytesLeft < 0) {
      throw new KryoException("more bytes than such an object may have");
    }
  }

  /** A length or count, which is not negative. */
  int length() {
    spend(Integer.BYTES);
    int length = readVarInt(true);
    if (length < 0) {
      throw new KryoException("a length of " + Integer.toUnsignedString(length));
    }
    return length;
  }

  /** A length and so many bytes; the room grows with what comes. */
  byte[] bytes() {
    int left = length();
    spend(left);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(Math.min(left, PIECE_BYTES));
    while (left > 0) {
      byte[] piece = readBytes(Math.min(left, PIECE_BYTES));
      bytes.write(piece, 0, piece.length);
      left -= piece.length;
    }
    return bytes.toByteArray();
  }
}
