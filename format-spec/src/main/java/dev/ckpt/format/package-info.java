/**
 * The image format and its reference codec: streams of typed objects, written and read in one pass,
 * or opened as a file. SPEC.md is the normative text; {@code dev.ckpt.format.record} has the
 * objects. Runs wherever a JVM runs: no native code, nothing of Linux. Depends on {@code
 * dev.ckpt.error} and, hidden in two classes, on Chronicle Bytes.
 */
package dev.ckpt.format;
