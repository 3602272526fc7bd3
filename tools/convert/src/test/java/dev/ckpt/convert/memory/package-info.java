/** Tests of what is found in the memory of images. */
package dev.ckpt.convert.memory;
