package dev.ckpt.convert.kryo;

import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.PageCodec;
import java.util.Optional;

/**
 * One object of an image.
 *
 * @param objref what others refer to it by, or 0
 * @param content a record of {@code dev.ckpt.format.record}, or an {@link UnknownObject}
 * @param codec by what the pages of a page array were compressed in the image, if they were
 * @param pages of a page array those of its DATA runs in their order; else empty
 */
public record LoadedObject(
    int objref, Record content, Optional<PageCodec> codec, ByteString pages) {}
