package dev.ckpt.convert;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.PageStream;
import java.io.IOException;

/**
 * The format of somebody else: a folder of files, which cannot say all that an image says, nor the
 * other way round. What one side cannot say is an error, or is left out with a note.
 *
 * <p>The state is in memory, the pages go through it: that takes as much as the state takes.
 */
public interface FolderFormat extends Format {
  /** Whether a folder looks as one of this format. */
  boolean isThis(InputFolder folder) throws IOException;

  /**
   * Writes an image as files of this format.
   *
   * @param state of the image
   * @param pages what follows it, with all pages of the images that it builds on
   * @throws CorruptImageException if the image is damaged or contradicts itself
   * @throws CkptException if there is something that this format cannot say
   */
  void fromImage(ImageState state, PageStream pages, OutputFolder folder, Losses losses)
      throws IOException;

  /**
   * Writes the image that a folder of this format stands for, and finishes it.
   *
   * @throws BadInputException if it is not what the format allows
   * @throws CkptException if there is something that an image cannot say
   */
  void toImage(InputFolder folder, ImageWriter image, Losses losses) throws IOException;
}
