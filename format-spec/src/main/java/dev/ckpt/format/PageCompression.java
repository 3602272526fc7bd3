package dev.ckpt.format;

import dev.ckpt.format.record.PageCodec;
import java.util.Set;

/**
 * What of the pages of an image is compressed.
 *
 * @param codecs by which; none if nothing is
 * @param pageBytes of the pages as they are
 * @param storedBytes of what the image has of them
 */
public record PageCompression(Set<PageCodec> codecs, long pageBytes, long storedBytes) {}
