/** Work on threads of our own, and what came of it. Depends on {@code error} only. */
package dev.ckpt.core.thread;
