package dev.ckpt.format;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageArrayCompressed;
import dev.ckpt.format.record.PageCodec;
import io.airlift.compress.Decompressor;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes pages of what was compressed, into a few buffers of its own. They have room for what the
 * table says, which is 1 MiB at most: no number in the compressed bytes allocates anything.
 *
 * <p>Threading: one at a time.
 */
final class PageExpander {
  private static final String TYPE = ObjectType.PAGE_ARRAY_COMPRESSED.name();

  /** Used in turn. */
  private final ByteBuffer[] buffers;

  private final Set<PageCodec> codecs = EnumSet.noneOf(PageCodec.class);
  private Optional<Library> library = Optional.empty();
  private int turn;
  private long pageBytes;
  private long storedBytes;

  /** What stays good: the pages of so many arrays. */
  PageExpander(int nrBuffers) {
    buffers = new ByteBuffer[nrBuffers];
  }

  /**
   * The pages of an array: a direct view that begins at a page boundary.
   *
   * @param compressed the rest of the payload
   * @param offset of that in the stream
   * @throws CorruptImageException if it is not those pages compressed, whatever else it is
   */
  ByteBuffer expand(PageArrayCompressed array, ByteBuffer compressed, long offset)
      throws CorruptImageException {
    PageArray table = array.table();
    int lenBytes = table.dataBytes();
    int stored = compressed.remaining();
    if (stored >= lenBytes) {
      throw new CorruptImageException(
          offset, TYPE, "less than " + lenBytes + " compressed bytes", stored + " bytes");
    }
    ByteBuffer pages = buffer(lenBytes);
    String expected = lenBytes + " bytes compressed by " + array.codec();
    try {
      library().of(array.codec()).decompress(compressed.duplicate(), pages);
    } catch (RuntimeException e) {
      // NB: whatever the library throws at bytes that it does not understand. It declares one
      // exception of its own, and of others makes no promise.
      CorruptImageException corrupt =
          new CorruptImageException(offset, TYPE, expected, String.valueOf(e.getMessage()));
      corrupt.initCause(e);
      throw corrupt;
    }
    if (pages.hasRemaining()) {
      throw new CorruptImageException(
          offset, TYPE, expected, "what becomes " + pages.position() + " bytes");
    }
    codecs.add(array.codec());
    pageBytes += lenBytes;
    storedBytes += stored;
    return pages.flip();
  }

  private Library library() {
    Library loaded = library.orElseGet(Library::new);
    library = Optional.of(loaded);
    return loaded;
  }

  /** The next buffer, which grows with the largest array that came. */
  private ByteBuffer buffer(int lenBytes) {
    turn = (turn + 1) % buffers.length;
    if (buffers[turn] == null || buffers[turn].capacity() < lenBytes) {
      buffers[turn] = allocate(Integer.highestOneBit(2 * lenBytes - 1));
    }
    return buffers[turn].clear().limit(lenBytes).slice();
  }

  /** NB: alignedSlice() cuts at both ends, so that one page more is needed. */
  private static ByteBuffer allocate(int lenBytes) {
    return ByteBuffer.allocateDirect(lenBytes + Limits.PAGE_SIZE).alignedSlice(Limits.PAGE_SIZE);
  }

  /** What was expanded so far. */
  PageCompression total() {
    return new PageCompression(Set.copyOf(codecs), pageBytes, storedBytes);
  }

  /**
   * All that knows the library. It takes its time to load, Zstandard most of it: nobody does who
   * has no use for it.
   */
  private static final class Library {
    private final Map<PageCodec, Decompressor> made = new EnumMap<>(PageCodec.class);

    Decompressor of(PageCodec codec) {
      if (!made.containsKey(codec)) {
        made.put(codec, codec == PageCodec.LZ4 ? new Lz4Decompressor() : new ZstdDecompressor());
      }
      return made.get(codec);
    }
  }
}
