package dev.ckpt.convert.core;

/**
 * A PT_LOAD of a core file: a mapping, or a part of one.
 *
 * @param mapping it is of
 * @param start address of its first byte
 * @param memBytes how much of the address space it is
 * @param fileBytes how much of that has bytes in the file, from the start on
 */
record CoreSegment(CoreMapping mapping, long start, long memBytes, long fileBytes) {}
