package dev.ckpt.cli;

import dev.ckpt.core.image.ImageTrust;
import dev.ckpt.format.KeySource;
import dev.ckpt.format.ParentFiles;
import dev.ckpt.format.ParentSource;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;

/** Where the images are that an image on the command line builds on. */
final class Parents {
  private Parents() {}

  /** Of an image that is read. */
  static ParentSource of(Path image, KeySource keys) {
    return new ParentFiles(folderOf(image), FileChannel::open, keys);
  }

  /** Of one that is restored: its parents have to be trusted as it has. */
  static ParentSource trusted(Path image, KeySource keys) {
    return new ParentFiles(folderOf(image), ImageTrust::open, keys);
  }

  private static Optional<Path> folderOf(Path image) {
    return CkptCommand.isPipe(image)
        ? Optional.empty()
        : Optional.ofNullable(image.toAbsolutePath().getParent());
  }
}
