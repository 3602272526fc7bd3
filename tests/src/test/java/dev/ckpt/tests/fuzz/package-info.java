/**
 * Fuzzing: everything that reads bytes from outside, as targets, for the tests and for {@code
 * bin/fuzz}. What is no business of other packages is called by reflection.
 */
package dev.ckpt.tests.fuzz;
