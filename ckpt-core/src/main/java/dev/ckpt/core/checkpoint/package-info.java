/**
 * The checkpoint of one task (linux-cr's {@code checkpoint.c}): freeze it, survey what it has,
 * refuse what cannot be saved, ask it what only it knows, write its state and pages, let it go.
 *
 * <p>What collects a kind of state carries the name of what rebuilds it in rstr. Memory is
 * collected by {@code ckpt-mem}, found by ServiceLoader. May depend on everything else in this
 * module, never on rstr.
 */
package dev.ckpt.core.checkpoint;
