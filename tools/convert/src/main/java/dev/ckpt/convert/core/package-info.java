/**
 * ELF core files of images, as the kernel writes them of a process that crashes, for debuggers. May
 * use the format and nothing else: what an image says of files is looked up by plain Java.
 */
package dev.ckpt.convert.core;
