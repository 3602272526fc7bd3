/** Where the time of a dump or a restore goes. Depends on the errors alone. */
package dev.ckpt.core.timing;
