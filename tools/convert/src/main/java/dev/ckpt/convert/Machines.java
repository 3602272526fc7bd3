package dev.ckpt.convert;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.Header;

/** Of which machines images are converted that have registers in them. */
public final class Machines {
  private Machines() {}

  /**
   * Goes on only with an image of x86-64.
   *
   * @throws CorruptImageException if it is of another, for which it has no record of registers
   */
  public static void requireX86(ImageState state) throws CorruptImageException {
    if (state.header().arch() != Header.EM_X86_64) {
      throw new CorruptImageException(
          state.objects().get(0).offset(),
          "HEADER",
          "machine " + Header.EM_X86_64,
          Integer.toString(state.header().arch()));
    }
  }
}
