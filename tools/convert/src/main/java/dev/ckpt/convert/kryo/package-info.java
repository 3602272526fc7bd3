/**
 * The records of an image as Kryo objects, for Java programs that want to have them without a
 * parser. Every class is registered under a number that stays: the one of its object type. No other
 * class is ever looked for, and whatever is read has a length that was checked.
 */
package dev.ckpt.convert.kryo;
