package dev.ckpt.bench.live;

import dev.ckpt.format.Limits;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which pages of an image are the same as one before them.
 *
 * @param all page arrays as they are
 * @param perArray the same without pages that an array has already
 * @param perImage the same without pages that the image has already
 */
record SamePages(List<ByteBuffer> all, List<ByteBuffer> perArray, List<ByteBuffer> perImage) {
  private static final double PERCENT = 100;

  /** Looks at all of them; pages of zeros are in no array. */
  static SamePages count(List<ByteBuffer> arrays) {
    Set<ByteBuffer> ofImage = new HashSet<>();
    List<ByteBuffer> perArray = new ArrayList<>();
    List<ByteBuffer> perImage = new ArrayList<>();
    for (ByteBuffer array : arrays) {
      Set<ByteBuffer> ofArray = new HashSet<>();
      ByteBuffer newToArray = ByteBuffer.allocateDirect(array.remaining());
      ByteBuffer newToImage = ByteBuffer.allocateDirect(array.remaining());
      for (int at = 0; at < array.remaining(); at += Limits.PAGE_SIZE) {
        ByteBuffer page = array.slice(at, Limits.PAGE_SIZE);
        ByteBuffer hash = hash(page.duplicate());
        if (ofArray.add(hash)) {
          newToArray.put(page.duplicate());
        }
        if (ofImage.add(hash)) {
          newToImage.put(page.duplicate());
        }
      }
      perArray.add(newToArray.flip());
      perImage.add(newToImage.flip());
    }
    return new SamePages(arrays, perArray, perImage);
  }

  private static ByteBuffer hash(ByteBuffer page) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(page);
      return ByteBuffer.wrap(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has it", e);
    }
  }

  /** How many there are, and how small what is left becomes. */
  String row(Codec codec) {
    long bytes = bytes(all);
    return String.format(
        Locale.ROOT,
        "%d | %.2f %% | %.2f %% | %.2f %% | %.2f %% | %.2f %%",
        bytes / Limits.PAGE_SIZE,
        PERCENT - PERCENT * bytes(perArray) / bytes,
        PERCENT - PERCENT * bytes(perImage) / bytes,
        PERCENT * compressed(codec, all) / bytes,
        PERCENT * compressed(codec, perArray) / bytes,
        PERCENT * compressed(codec, perImage) / bytes);
  }

  private static long bytes(List<ByteBuffer> arrays) {
    return arrays.stream().mapToLong(ByteBuffer::remaining).sum();
  }

  private static long compressed(Codec codec, List<ByteBuffer> arrays) {
    ByteBuffer room = ByteBuffer.allocateDirect(2 * Limits.MAX_ARRAY_DATA_PAGES * Limits.PAGE_SIZE);
    long bytes = 0;
    for (ByteBuffer array : arrays) {
      if (array.hasRemaining()) {
        codec.compress(array.duplicate(), room);
        bytes += room.remaining();
      }
    }
    return bytes;
  }
}
