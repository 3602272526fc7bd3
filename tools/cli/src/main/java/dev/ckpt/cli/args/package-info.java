/**
 * What the arguments of the commands are, in the model of picocli, which reads them and makes their
 * help; and what picocli does not make of it: man pages, and completions that know of processes.
 * Depends on picocli and the errors only.
 */
package dev.ckpt.cli.args;
