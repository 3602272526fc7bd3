/**
 * Checkpoint and restart of Linux processes from Java: {@link dev.ckpt.Checkpoint} writes an image
 * of a running process, {@link dev.ckpt.Restart} brings it back, {@link dev.ckpt.HelperProcess}
 * starts a process that can be frozen and brought back by the same JVM.
 *
 * <p>There is no static state; everything may be used from several threads. What cannot be done is
 * thrown as a {@link dev.ckpt.error.CkptException}, whose code docs/refusals.md explains.
 */
package dev.ckpt;
