package dev.ckpt.convert.kryo;

import dev.ckpt.format.ByteString;

/**
 * An object of a type that this build does not know, and that may be skipped.
 *
 * @param type its number
 * @param payload its bytes
 */
public record UnknownObject(int type, ByteString payload) {}
