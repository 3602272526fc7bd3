/**
 * Folders of image files as CRIU 4.2 writes and reads them, of one task.
 *
 * <p>Each class here has to do with one kind of state, and knows it both ways: as records of an
 * image, and as messages of CRIU.
 */
package dev.ckpt.convert.criu;
