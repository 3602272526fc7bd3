/**
 * A stopped task and what can be done to it: the tracer thread, one tracee per thread, the freeze
 * of a whole task, and system calls made inside it. The target survives our death at any
 * instruction. May depend on {@code kernel}, {@code proc} and the errors.
 */
package dev.ckpt.core.tracee;
