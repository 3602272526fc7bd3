package dev.ckpt.format;

import dev.ckpt.format.SpecDecoder.Refused;
import io.airlift.compress.MalformedInputException;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.nio.ByteBuffer;

/**
 * What {@link SecondReader} makes pages of compressed bytes with: LZ4 written from the text of its
 * format, Zstandard by the library.
 */
final class SecondCodec {
  private static final int MIN_MATCH = 4;

  private SecondCodec() {}

  /** So many bytes, or an exception. */
  static byte[] expand(long codec, byte[] compressed, int lenBytes) throws Refused {
    byte[] out = new byte[lenBytes];
    int nr = codec == 1 ? lz4(ByteBuffer.wrap(compressed), out) : zstd(compressed, out);
    if (nr != lenBytes) {
      throw new Refused(nr + " bytes were compressed, not " + lenBytes);
    }
    return out;
  }

  private static int zstd(byte[] compressed, byte[] out) throws Refused {
    try {
      return new ZstdDecompressor()
          .decompress(compressed, 0, compressed.length, out, 0, out.length);
    } catch (MalformedInputException | IndexOutOfBoundsException e) {
      throw new Refused("is no Zstandard: " + e);
    }
  }

  private static int lz4(ByteBuffer in, byte[] out) throws Refused {
    int at = 0;
    while (in.hasRemaining()) {
      int token = Byte.toUnsignedInt(in.get());
      int nrLiterals = length(token >>> 4, in);
      require(nrLiterals <= in.remaining() && nrLiterals <= out.length - at);
      in.get(out, at, nrLiterals);
      at += nrLiterals;
      if (!in.hasRemaining()) {
        return at;
      }
      require(in.remaining() >= Short.BYTES);
      int distance = Byte.toUnsignedInt(in.get()) | Byte.toUnsignedInt(in.get()) << 8;
      int nrMatching = length(token & 15, in) + MIN_MATCH;
      require(distance > 0 && distance <= at && nrMatching <= out.length - at);
      for (int i = 0; i < nrMatching; i++, at++) {
        out[at] = out[at - distance];
      }
    }
    throw new Refused("LZ4 that does not end in literals");
  }

  private static int length(int nibble, ByteBuffer in) throws Refused {
    int length = nibble;
    int more = nibble == 15 ? 255 : 0;
    while (more == 255) {
      require(in.hasRemaining());
      more = Byte.toUnsignedInt(in.get());
      length += more;
    }
    return length;
  }

  private static void require(boolean holds) throws Refused {
    if (!holds) {
      throw new Refused("is no LZ4");
    }
  }
}
