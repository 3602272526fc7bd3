/** What rebuilding a task has of its own on x86-64: the stub program and the vdso's place. */
package dev.ckpt.rstr.x86_64;
