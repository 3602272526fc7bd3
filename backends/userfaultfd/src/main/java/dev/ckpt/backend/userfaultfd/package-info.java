/**
 * Brings pages into a task that runs already: the kernel tells of each that is missing by a
 * userfaultfd(2), and has whoever needs it wait until we have put it there.
 */
package dev.ckpt.backend.userfaultfd;
