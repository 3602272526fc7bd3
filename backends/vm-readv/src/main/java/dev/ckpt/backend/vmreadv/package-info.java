/**
 * Moves pages with process_vm_readv and process_vm_writev, and through /proc/PID/mem where page
 * protections stand in the way. Works on every kernel; nothing runs inside the target.
 */
package dev.ckpt.backend.vmreadv;
