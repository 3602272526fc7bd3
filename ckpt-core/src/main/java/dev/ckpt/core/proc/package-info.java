/**
 * What the kernel tells about a task in {@code /proc/PID}: one value record per file, each with a
 * pure {@code parse}, and {@link dev.ckpt.core.proc.ProcFs}, which reads.
 *
 * <p>Text that is not understood is an error, never a default: an image must not be built on a
 * guess. Names and paths are bytes, as they are to the kernel. Depends on {@code dev.ckpt.format},
 * {@code dev.ckpt.error} and {@code dev.ckpt.core.error} only; plain java.nio, no native call.
 */
package dev.ckpt.core.proc;
