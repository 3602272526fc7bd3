/**
 * The way back: reads records and rebuilds the task they tell of (linux-cr's {@code restart.c} and
 * {@code rstr_mem.c}).
 *
 * <p>What rebuilds a kind of state carries the name of what collects it on the checkpoint side. All
 * checks come before anything is created; until the task is let go it dies with us. May depend on
 * {@code ckpt-core}'s kernel, tracee and backend packages and on the format; uses no checkpoint
 * code.
 */
package dev.ckpt.rstr;
