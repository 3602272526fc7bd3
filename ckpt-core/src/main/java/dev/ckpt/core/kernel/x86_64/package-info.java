/** What the kernel's interface has of its own on x86-64: call numbers and register layouts. */
package dev.ckpt.core.kernel.x86_64;
