/**
 * What can go wrong on a live machine: a kernel call that failed, a target that is gone, a state
 * that cannot be saved or rebuilt. The errors of images are in {@code dev.ckpt.error}. Depends on
 * nothing else in this module.
 */
package dev.ckpt.core.error;
