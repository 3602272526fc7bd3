/** Tests of the converters. */
package dev.ckpt.convert;
