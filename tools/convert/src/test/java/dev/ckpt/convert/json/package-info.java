/** Tests of images as JSON. */
package dev.ckpt.convert.json;
