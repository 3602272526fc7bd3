/**
 * Where an image goes: a file that appears whole or not at all, or a pipe. May depend on {@code
 * proc}, {@code kernel} and the errors.
 */
package dev.ckpt.core.image;
