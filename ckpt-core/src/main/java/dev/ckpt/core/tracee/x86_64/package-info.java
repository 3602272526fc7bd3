/**
 * What stopping a task and making it run our code has of its own on x86-64: registers, the restart
 * of interrupted calls, and the bytes that run inside a target.
 */
package dev.ckpt.core.tracee.x86_64;
