/**
 * Looks into the memory of an image: one page, strings, bytes that are searched for. Says what it
 * finds and where; how that is shown is its caller's. Depends on the format alone.
 */
package dev.ckpt.convert.memory;
