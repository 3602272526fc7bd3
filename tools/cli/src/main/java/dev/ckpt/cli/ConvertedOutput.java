package dev.ckpt.cli;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.convert.Target;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.image.ImageOutput;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a conversion writes: a file, and perhaps one for the pages beside it, which is published
 * first. Both are for their owner only, as images are.
 */
final class ConvertedOutput implements ImageOutput {
  private final ImageOutput main;
  private final Optional<ImageFileOutput> pages;
  private final Optional<Path> pagesPath;

  private ConvertedOutput(
      ImageOutput main, Optional<ImageFileOutput> pages, Optional<Path> pagesPath) {
    this.main = main;
    this.pages = pages;
    this.pagesPath = pagesPath;
  }

  /**
   * Begins both.
   *
   * @param force whether existing files may be replaced
   */
  @MustBeClosed
  @SuppressWarnings("MustBeClosedChecker") // what is opened here belongs to what is returned
  static ConvertedOutput create(Path path, Optional<Path> pages, boolean force) throws IOException {
    ImageOutput main =
        CkptCommand.isPipe(path) ? Channels.stdout() : ImageFileOutput.create(path, force);
    boolean done = false;
    try {
      Optional<ImageFileOutput> side =
          pages.isPresent()
              ? Optional.of(ImageFileOutput.create(pages.get(), force))
              : Optional.empty();
      done = true;
      return new ConvertedOutput(main, side, pages);
    } finally {
      if (!done) {
        main.close();
      }
    }
  }

  /** The second one, for a converter. */
  Optional<Target.SideFile> side() {
    return pages.map(
        file ->
            new Target.SideFile(pagesPath.orElseThrow().getFileName().toString(), file.channel()));
  }

  @Override
  public WritableByteChannel channel() {
    return main.channel();
  }

  @Override
  public void sync() throws IOException {
    if (pages.isPresent()) {
      pages.get().sync();
    }
    main.sync();
  }

  @Override
  public void publish() throws IOException {
    if (pages.isPresent()) {
      pages.get().publish();
    }
    main.publish();
  }

  @Override
  public void close() throws IOException {
    try {
      main.close();
    } finally {
      if (pages.isPresent()) {
        pages.get().close();
      }
    }
  }
}
