/** Where the time of a dump or a restore goes. Depends on nothing. */
package dev.ckpt.core.timing;
