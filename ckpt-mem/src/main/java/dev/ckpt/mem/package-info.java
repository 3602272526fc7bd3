/**
 * The memory of a task on the way into an image: its mm, its vmas, the objects they share, and the
 * decision which pages must be kept (linux-cr's {@code ckpt_mem.c}). May depend on {@code
 * ckpt-core} and the format; knows nothing of rstr.
 */
package dev.ckpt.mem;
