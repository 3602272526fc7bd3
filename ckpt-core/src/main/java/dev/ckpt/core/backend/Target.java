package dev.ckpt.core.backend;

import dev.ckpt.core.kernel.RemoteMemory;

/**
 * The task that a backend works on.
 *
 * @param pid the process
 * @param memory its memory; owned by the caller, who closes it after the backend
 */
public record Target(int pid, RemoteMemory memory) {}
