/** Benchmarks: each claim about speed in the documents has one here that prints it. */
package dev.ckpt.bench;
