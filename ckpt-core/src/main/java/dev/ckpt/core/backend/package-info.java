/**
 * The seams at which page contents move: what a backend must be able to do. Backends are found by
 * ServiceLoader and chosen by name; nothing refers to one directly. May depend on {@code kernel},
 * {@code tracee} and the errors.
 */
package dev.ckpt.core.backend;
