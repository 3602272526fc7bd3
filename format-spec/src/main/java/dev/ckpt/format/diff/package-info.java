/**
 * How two images differ, as their user means it ({@link dev.ckpt.format.diff.ImageDiff}) and as
 * streams ({@link dev.ckpt.format.diff.ExactDiff}). Says nothing to anybody: whoever compares shows
 * what came of it. Depends on {@code dev.ckpt.format} and its records.
 */
package dev.ckpt.format.diff;
