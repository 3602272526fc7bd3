package dev.ckpt.format;

import dev.ckpt.format.record.PageCodec;
import io.airlift.compress.Compressor;
import io.airlift.compress.lz4.Lz4Compressor;
import io.airlift.compress.zstd.ZstdCompressor;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Compresses the pages of page arrays. The class is loaded by those who compress only: the library
 * takes its time.
 *
 * <p>Threading: one at a time.
 */
final class PageCompressor {
  private final PageCodec codec;
  private final Compressor compressor;
  private final ByteBuffer compressed;

  PageCompressor(PageCodec codec) {
    this.codec = codec;
    compressor =
        switch (codec) {
          case LZ4 -> new Lz4Compressor();
          case ZSTD -> new ZstdCompressor();
        };
    int lenBytes = Limits.MAX_ARRAY_DATA_PAGES * Limits.PAGE_SIZE;
    compressed = ByteBuffer.allocateDirect(compressor.maxCompressedLength(lenBytes));
  }

  PageCodec codec() {
    return codec;
  }

  /**
   * The pages compressed, until the next call; empty if they do not shrink.
   *
   * @param pages of a page array; not consumed
   */
  Optional<ByteBuffer> compress(ByteBuffer pages) {
    if (!pages.hasRemaining()) {
      return Optional.empty();
    }
    compressor.compress(pages.duplicate(), compressed.clear());
    compressed.flip();
    return compressed.remaining() < pages.remaining()
        ? Optional.of(compressed.duplicate())
        : Optional.empty();
  }
}
