/**
 * The {@code ckpt} command: arguments, exit codes, what people and scripts read. One class for each
 * subcommand; what a checkpoint or a restart is stands elsewhere. May depend on everything but the
 * backends, which are found by name.
 */
package dev.ckpt.cli;
