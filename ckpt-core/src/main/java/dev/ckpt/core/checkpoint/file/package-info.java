/**
 * Descriptors of the target and the open file descriptions behind them: one class per kind of file,
 * with the name that its restorer has in {@code dev.ckpt.rstr.file}. Uses the context of the dump
 * in the package above, and is called by {@link dev.ckpt.core.checkpoint.Checkpoint} alone.
 */
package dev.ckpt.core.checkpoint.file;
