/** Images in the formats of others, and back. Knows streams of objects only: nothing of Linux. */
package dev.ckpt.convert;
