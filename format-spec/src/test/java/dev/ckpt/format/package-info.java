/** Tests of the image format. They need neither Linux nor any right. */
package dev.ckpt.format;
