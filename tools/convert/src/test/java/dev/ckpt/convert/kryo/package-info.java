/** Tests of images as Kryo objects. */
package dev.ckpt.convert.kryo;
