/**
 * The checked root of everything that can go wrong in ckpt, and what can be wrong with an image.
 * Depends on nothing.
 */
package dev.ckpt.error;
