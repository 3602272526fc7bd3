/**
 * One class per stream object: its fields in on-disk order, its layout, what must hold of it, and
 * its codec. Depends on {@code dev.ckpt.format} and the JDK only.
 */
package dev.ckpt.format.record;
