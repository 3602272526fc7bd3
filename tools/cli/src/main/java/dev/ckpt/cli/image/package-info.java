/**
 * What {@code ckpt show} and {@code ckpt verify} tell of an image: collected in one pass over the
 * stream, then made into lines or JSON. May depend on the format and on {@code dev.ckpt.cli.text}.
 */
package dev.ckpt.cli.image;
