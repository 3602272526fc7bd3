/**
 * The only door to the kernel: native calls (JNA), their constants, native memory and descriptors.
 *
 * <p>The ladder is {@code LibC} (C names, raw return values) below typed calls that throw {@link
 * dev.ckpt.core.error.SyscallException} below small objects such as {@link
 * dev.ckpt.core.kernel.Fd}. Nothing outside this package imports JNA. May depend on the errors
 * only.
 */
package dev.ckpt.core.kernel;
