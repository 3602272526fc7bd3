/**
 * Rebuilds open file descriptions and the descriptors that refer to them: one class per kind of
 * file, with the name of its collector in {@code dev.ckpt.core.checkpoint.file}. Uses the context
 * of the restore in the package above.
 */
package dev.ckpt.rstr.file;
