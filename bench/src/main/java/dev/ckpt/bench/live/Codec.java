package dev.ckpt.bench.live;

import com.github.luben.zstd.Zstd;
import io.airlift.compress.Compressor;
import io.airlift.compress.Decompressor;
import io.airlift.compress.lz4.Lz4Compressor;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.airlift.compress.zstd.ZstdCompressor;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import net.jpountz.lz4.LZ4Factory;

/**
 * One way to make pages smaller. Buffers are direct; what is made is in the second one, from its
 * position to its limit.
 */
interface Codec {
  String name();

  /** Whether it is of the library that the format uses. */
  default boolean isOurs() {
    return name().startsWith("aircompressor");
  }

  /** Whether it is Zstandard. */
  default boolean isSmall() {
    return name().contains("zstd");
  }

  /** Compresses what remains. */
  void compress(ByteBuffer pages, ByteBuffer into);

  /** The way back, to so many bytes. */
  void decompress(ByteBuffer compressed, ByteBuffer into, int lenBytes);

  /** All of them. */
  static List<Codec> all() {
    return List.of(
        new Air("aircompressor lz4", new Lz4Compressor(), new Lz4Decompressor()),
        new Lz4("lz4-java, native", LZ4Factory.nativeInstance()),
        new Lz4("lz4-java, Java without Unsafe", LZ4Factory.safeInstance()),
        new Air("aircompressor zstd", new ZstdCompressor(), new ZstdDecompressor()),
        new ZstdJni(1),
        new ZstdJni(3),
        new Deflate());
  }

  /** Java with Unsafe. */
  record Air(String name, Compressor compressor, Decompressor decompressor) implements Codec {
    @Override
    public void compress(ByteBuffer pages, ByteBuffer into) {
      compressor.compress(pages, into.clear());
      into.flip();
    }

    @Override
    public void decompress(ByteBuffer compressed, ByteBuffer into, int lenBytes) {
      decompressor.decompress(compressed, into.clear().limit(lenBytes));
      into.flip();
    }
  }

  /** The library of the authors of LZ4, or its translation. */
  record Lz4(String name, LZ4Factory factory) implements Codec {
    @Override
    public void compress(ByteBuffer pages, ByteBuffer into) {
      factory.fastCompressor().compress(pages, into.clear());
      into.flip();
    }

    @Override
    public void decompress(ByteBuffer compressed, ByteBuffer into, int lenBytes) {
      factory.safeDecompressor().decompress(compressed, into.clear().limit(lenBytes));
      into.flip();
    }
  }

  /** The library of the authors of Zstandard. */
  record ZstdJni(int level) implements Codec {
    @Override
    public String name() {
      return "zstd-jni, native, level " + level;
    }

    @Override
    public void compress(ByteBuffer pages, ByteBuffer into) {
      Zstd.compress(into.clear(), pages, level);
      into.flip();
    }

    @Override
    public void decompress(ByteBuffer compressed, ByteBuffer into, int lenBytes) {
      Zstd.decompress(into.clear().limit(lenBytes), compressed);
      into.flip();
    }
  }

  /** What every Java has. */
  record Deflate() implements Codec {
    @Override
    public String name() {
      return "Deflater of the JDK, level 1";
    }

    @Override
    public void compress(ByteBuffer pages, ByteBuffer into) {
      Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
      deflater.setInput(pages);
      deflater.finish();
      deflater.deflate(into.clear());
      deflater.end();
      into.flip();
    }

    @Override
    public void decompress(ByteBuffer compressed, ByteBuffer into, int lenBytes) {
      Inflater inflater = new Inflater(true);
      try {
        inflater.setInput(compressed);
        inflater.inflate(into.clear().limit(lenBytes));
        into.flip();
      } catch (DataFormatException e) {
        throw new IllegalStateException("what was compressed is not that", e);
      } finally {
        inflater.end();
      }
    }
  }
}
