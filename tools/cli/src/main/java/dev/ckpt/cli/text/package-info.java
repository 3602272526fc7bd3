/**
 * How the command writes and reads values: JSON, tables, sizes, times. Knows nothing of tasks or
 * images and depends on nothing.
 */
package dev.ckpt.cli.text;
