package dev.ckpt.convert.core;

import dev.ckpt.format.ImageChain;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.KeySource;
import dev.ckpt.format.ParentFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;

/** Core files of images in files. */
final class Cores {
  private Cores() {}

  /** The core file of an image. */
  static CoreFile of(Path image, boolean all) throws IOException {
    CollectedOutput output = new CollectedOutput();
    ElfCore.Result result = convert(image, all, output);
    return new CoreFile(output, result);
  }

  // The chain closes it; a second time does nothing.
  @SuppressWarnings("MustBeClosedChecker")
  static ElfCore.Result convert(Path image, boolean all, CoreOutput output) throws IOException {
    ParentFiles parents =
        new ParentFiles(Optional.of(image.getParent()), FileChannel::open, KeySource.NONE);
    try (ImageFile file = ImageFile.open(image)) {
      ImageState state = file.state();
      try (ImageChain chain = ImageChain.from(file, "the image", state, parents)) {
        return ElfCore.write(state, chain, all, output);
      }
    }
  }
}
